"""A node that fails for a reason, at first or for ever."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from lazyflow.nodes.contract import NodeFailed, Turn
from lazyflow.nodes.events import Event, Failure, FailureReason, Text


class FailingNode:
    """Streams `pieces` and fails; answers «recovered» after as many failures as told."""

    def __init__(
        self,
        name: str,
        pieces: Sequence[Event] = (),
        *,
        message: str = "failed",
        reason: FailureReason = "error",
        retry_after: float | None = None,
        recovers_after: int | None = None,
    ) -> None:
        self.name = name
        self.asked = 0
        self._pieces = pieces
        self._failure = (message, f"help of {name}", reason, retry_after)
        self._recovers_after = recovers_after

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        self.asked += 1
        for piece in self._pieces:
            yield piece
        if self._recovers_after is not None and self.asked > self._recovers_after:
            yield Text("recovered")
            return
        raise NodeFailed(Failure(turn.path, *self._failure))
