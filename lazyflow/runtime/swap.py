"""New models take the place of old ones: beside them where memory allows, else in turns, and back on failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from lazyflow.engine.contract import ModelInfo, ModelKey
from lazyflow.runtime.claim import Claim
from lazyflow.runtime.claiming import release
from lazyflow.runtime.opening import failure_in, refuse_for
from lazyflow.runtime.plan import Plan
from lazyflow.runtime.pool import Pool
from lazyflow.runtime.shared_model import SharedModel

log = logging.getLogger(__name__)

Room = Callable[[Sequence[ModelKey], Sequence[ModelInfo]], bool]
"""Whether models fit beside those that leave; may block."""


@asynccontextmanager
async def models_swapped(
    todo: Plan, old: Mapping[str, Claim], new: Mapping[str, Claim], pool: Pool, *, room: Room, drain: float
) -> AsyncGenerator[None, None]:
    """In the context every model of `todo.open` is in memory. If it fails, `new` is released and `old` answers again.

    Raises: `Refused`.
    """
    making_room: dict[str, SharedModel] = {}
    try:
        leaving = await _without_room(todo, old, new, pool, room)
        for name, shared in leaving.items():
            log.info("%s makes room for a new model", shared.key.path)
            making_room[name] = shared
            await shared.unload(drain)
        await _load(todo, new)
        yield
    except BaseException:
        await release(new)
        for shared in making_room.values():
            shared.start()
        raise
    for name, shared in making_room.items():
        successor = new[name].shared if name in new else None
        if successor is not None:
            shared.hand_over(successor)


async def _without_room(
    todo: Plan, old: Mapping[str, Claim], new: Mapping[str, Claim], pool: Pool, room: Room
) -> Mapping[str, SharedModel]:
    """The models that must go before the new ones come: all that leave, or none."""
    opening = {claim.key: None for name, claim in new.items() if name in todo.open and claim.key is not None}
    loads = [key for key in opening if key not in pool]
    leaving = _leaving(todo, old, new) if loads else {}
    infos = [shared.model.info for shared in leaving.values() if shared.model is not None]
    fitting = not leaving or await asyncio.to_thread(room, loads, infos)
    return {} if fitting else leaving


def _leaving(todo: Plan, old: Mapping[str, Claim], new: Mapping[str, Claim]) -> dict[str, SharedModel]:
    """The models that only the old app uses, by one of the nodes that do."""
    wanted = {claim.key for claim in new.values()}
    found: dict[ModelKey, tuple[str, SharedModel]] = {}
    for name in todo.close:
        shared = old[name].shared if name in old else None
        if shared is not None and shared.key not in wanted:
            found.setdefault(shared.key, (name, shared))
    return dict(found.values())


async def _load(todo: Plan, new: Mapping[str, Claim]) -> None:
    for claim in new.values():
        if claim.shared is None and claim.key is not None:
            claim.acquire()
    held = {name: new[name].shared for name in todo.open if name in new}
    refuse_for([await failure_in(name, shared.settled()) for name, shared in held.items() if shared is not None])
