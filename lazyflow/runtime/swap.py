"""New models take the place of old ones: beside them where memory allows, else in turns, and back on failure."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from lazyflow.engine.contract import ModelKey
from lazyflow.errors import LazyflowError
from lazyflow.runtime.claim import Claim
from lazyflow.runtime.claiming import release
from lazyflow.runtime.contract import Trouble
from lazyflow.runtime.memory import Held
from lazyflow.runtime.opening import Refused, failure_in, failure_of, refuse_for
from lazyflow.runtime.plan import Plan
from lazyflow.runtime.pool import Pool
from lazyflow.runtime.shared_model import SharedModel

log = logging.getLogger(__name__)

Room = Callable[[Sequence[ModelKey], Sequence[Held]], Awaitable[bool]]
"""Whether models fit beside those that leave. Raises: `ModelUnusable` where not even alone."""


@asynccontextmanager
async def models_swapped(
    todo: Plan, old: Mapping[str, Claim], new: Mapping[str, Claim], pool: Pool, *, room: Room, drain: float
) -> AsyncGenerator[None, None]:
    """In the context every model of `todo.open` is in memory. If it fails, `new` is released and `old` answers again.

    Raises: `Refused`.
    """
    making_room: dict[str, SharedModel] = {}
    try:
        refuse_for([_known_failure(name, new, pool) for name in todo.open])
        leaving = await _without_room(todo, old, new, pool, room)
        for name, shared in leaving.items():
            log.info("%s makes room for a new model; its answers have %g s", shared.key.path, drain)
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


def _known_failure(name: str, new: Mapping[str, Claim], pool: Pool) -> str | None:
    """What kept this very model from loading: nothing is unloaded or loaded to find it out anew."""
    key = new[name].key if name in new else None
    error = pool.failure(key) if key is not None else None
    return failure_of(name, error) if error is not None else None


async def _without_room(
    todo: Plan, old: Mapping[str, Claim], new: Mapping[str, Claim], pool: Pool, room: Room
) -> Mapping[str, SharedModel]:
    """The models that must go before the new ones come: all that leave, or none. Raises: `Refused`."""
    opening = {claim.key: None for name, claim in new.items() if name in todo.open and claim.key is not None}
    loads = [key for key in opening if key not in pool]
    leaving = _leaving(todo, old, new) if loads else {}
    held = [(shared.key, shared.model) for shared in leaving.values() if shared.model is not None]
    try:
        fitting = not leaving or await room(loads, held)
    except LazyflowError as error:
        names = "', '".join(name for name in todo.open if name in new and new[name].key in loads)
        raise Refused(Trouble(failures=(failure_of(names, error),))) from error
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
