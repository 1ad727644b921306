"""The models of a new app: which claims it takes over, where the files of the others are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping

from lazyflow.errors import LazyflowError
from lazyflow.graph.graph import Graph
from lazyflow.runtime.claim import Claim, wanted
from lazyflow.runtime.contract import NodeStatus
from lazyflow.runtime.opening import failure_of, refuse_for
from lazyflow.spec.nodes import LocalSpec


def claim_models(graph: Graph, old: Mapping[str, Claim], make: Callable[[LocalSpec], Claim]) -> dict[str, Claim]:
    """A claim for each local node. One of `old` that still looks for the same file is shared, not begun again."""
    looking = {claim.wanted: claim for claim in old.values() if claim.looking}
    claims = {}
    for name, spec in graph.app.callables.items():
        if isinstance(spec, LocalSpec):
            claim = make(spec)
            claims[name] = looking[claim.wanted].share() if claim.wanted in looking else claim
    return claims


async def locate_models(claims: Mapping[str, Claim], old: Mapping[str, Claim]) -> None:
    """Find every file. A model that `old` could not find either is no reason to refuse. Raises: `Refused`."""
    missed = {claim.wanted for claim in old.values() if claim.error is not None}

    async def locate(name: str, claim: Claim) -> str | None:
        if claim.looking and claim in old.values():
            return None
        try:
            await claim.locate()
        except LazyflowError as error:
            if claim.wanted not in missed:
                return failure_of(name, error)
            claim.fail(error)
        return None

    refuse_for(await asyncio.gather(*(locate(name, claim) for name, claim in claims.items())))


def on_the_way(new: Mapping[str, Claim], old: Mapping[str, Claim]) -> Mapping[str, NodeStatus]:
    """The models of `new` that are fetched or loaded, and are not those of `old`."""
    held = {id(claim.shared) for claim in old.values() if claim.shared is not None}
    statuses = {name: claim.status() for name, claim in new.items() if id(claim.shared) not in held}
    return {name: one for name, one in statuses.items() if one.state == "loading" and one.stage != "finding"}


def wants(graph: Graph) -> set[Hashable]:
    """What the local nodes of an app ask for."""
    return {wanted(spec, graph.app.folder) for spec in graph.app.callables.values() if isinstance(spec, LocalSpec)}


async def release(claims: Mapping[str, Claim]) -> None:
    """Let all of them go."""
    for claim in claims.values():
        await claim.release()


def keys(claims: Mapping[str, Claim]) -> dict[str, Hashable]:
    """What tells each node's model from others."""
    return {name: claim.identity for name, claim in claims.items()}
