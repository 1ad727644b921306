"""Several endpoints of one model: litellm's Router picks one, and lets an endpoint rest that failed."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from lazyflow.nodes.online.mishap import Kind, Mishap
from lazyflow.nodes.online.target import Target

GROUP = "node"
REST = 30.0  # seconds, where the endpoint does not say for how long
OWN_FAULT: AbstractSet[Kind] = frozenset({"context_window", "content", "bad_request", "bad_answer"})
"""What another endpoint of the same model would answer as well."""


class Endpoints:
    """The targets of one node."""

    def __init__(self, litellm: Any, targets: tuple[Target, ...]) -> None:
        self.targets = targets
        self._router: Any = None
        if len(targets) > 1:
            self._router = litellm.Router(model_list=[_deployment(*each) for each in enumerate(targets)], num_retries=0)
            self._router.discard()  # only its choice is used: its hooks would see every request of the process

    async def pick(self, tried: AbstractSet[Target]) -> Target:
        """A target, one that was not tried in this turn where there is any."""
        if self._router is None:
            return self.targets[0]
        fresh = [target for target in self.targets if target not in tried]
        try:
            chosen = await self._router.async_get_available_deployment(model=GROUP, request_kwargs={}, messages=[])
        except Exception:  # noqa: BLE001 - every endpoint rests, which litellm tells with one of several classes
            return (fresh or self.targets)[0]
        target = self.targets[int(chosen["model_info"]["id"])]
        return fresh[0] if fresh and target in tried else target

    def rest(self, target: Target, mishap: Mishap) -> None:
        """Let `target` rest, so that the next turns go to the others."""
        if self._router is not None and mishap.kind not in OWN_FAULT:
            self._router.cooldown_cache.add_deployment_to_cooldown(
                model_id=str(self.targets.index(target)),
                original_exception=Exception(mishap.kind),
                exception_status=mishap.status or 500,
                cooldown_time=mishap.retry_after or REST,
            )

    def another(self, tried: AbstractSet[Target], mishap: Mishap) -> bool:
        """Whether an endpoint is left that may do better."""
        return mishap.kind not in OWN_FAULT and any(target not in tried for target in self.targets)


def _deployment(number: int, target: Target) -> dict[str, Any]:
    named = {"model": target.model, "api_key": target.api_key, "api_base": target.api_base}
    return {"model_name": GROUP, "litellm_params": named, "model_info": {"id": str(number)}}
