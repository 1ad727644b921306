"""Saved files become reloads. Only this module waits for the file system; content hashes are the truth."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from lazyflow.graph.content import NOTHING, Hashes, changed, hashes
from lazyflow.runtime.contract import Reloaded

log = logging.getLogger(__name__)

# Seconds.
SETTLE = 0.03  # without a further change before a save counts
SETTLE_LIMIT = 1.0  # after which a file that never comes to rest is read all the same
MISSING = 0.5  # that a file may be gone or empty within one save
POLL = 0.3  # between looks where no events come
GLANCE = 2.0  # between looks where they do

LATE = 2  # saves in a row without an event: one alone may have come in the moment of a look


class Watched(Protocol):
    """What is reloaded."""

    @property
    def seen(self) -> Hashes:
        """Every file that matters, whether it exists or not, with its content as it was last read."""

    async def reload(self, *, again: bool) -> Reloaded:
        """Read the files again now; `again`: models that failed to load are tried anew."""

    async def outdated(self) -> bool:
        """Whether the files want no more than the models that answer now, while a reload fetches or loads others."""


async def watch(live: Watched, *, poll: bool = False) -> None:
    """Reload whenever a file changed; runs until it is cancelled.

    With `poll` the files are looked at all the time. Without it events tell; where a look now and then is what finds
    two saves in a row, no events come, and from then on it polls.
    """
    seen = live.seen
    late = LATE if poll else 0
    while True:
        folders = frozenset[Path]() if late >= LATE else await asyncio.to_thread(folders_of, live.seen)
        async with aclosing(_looks(folders)) as looks:
            async for by_event in looks:
                now = await asyncio.to_thread(hashes, live.seen)
                if not changed(now, seen):
                    continue
                if folders:
                    late = 0 if by_event else late + 1
                # Taken before the files are read: an edit during the reload is one more change.
                now = await settled(live.seen, seen)
                await reload(live, now)
                seen = {**live.seen, **now}
                if folders and (late >= LATE or folders != await asyncio.to_thread(folders_of, live.seen)):
                    break
        if folders and late >= LATE:
            log.warning("saves are seen late: no events come from these folders, so the files are polled")


async def _looks(folders: frozenset[Path]) -> AsyncGenerator[bool, None]:
    """When to look at the files: True where something happened, False now and then. Without folders it polls."""
    try:
        async with aclosing(_events(folders)) as events:
            async for by_event in events:
                yield by_event
    except (ImportError, OSError, RuntimeError) as error:  # no library, no such system call, too many watches
        log.warning("the files are polled, since their folders cannot be watched: %s", error)
    while True:
        yield False
        await asyncio.sleep(POLL)


async def _events(folders: frozenset[Path]) -> AsyncGenerator[bool, None]:
    """True after an event in one of `folders`, False after a while without; ends at once where there are none."""
    if not folders:
        return
    from watchfiles import awatch  # noqa: PLC0415 - a library with a native part, used here only

    events = awatch(
        *folders,
        watch_filter=None,
        debounce=40,
        step=10,
        rust_timeout=int(GLANCE * 1000),
        yield_on_timeout=True,
        recursive=False,
        ignore_permission_denied=True,
    )
    async with aclosing(events):
        first = asyncio.ensure_future(anext(events))
        try:
            await asyncio.sleep(0)  # now the folders are watched
            yield True  # and what happened before had no event
            yield bool(await first)
        finally:
            first.cancel()
            await asyncio.wait([first])
        async for changes in events:
            yield bool(changes)


async def reload(live: Watched, now: Hashes) -> None:
    """Reload what was seen as `now`; given up where a later save takes the models back that it waits for."""
    reloading = asyncio.ensure_future(live.reload(again=False))
    try:
        while not (await asyncio.wait([reloading], timeout=POLL))[0]:
            later = await asyncio.to_thread(hashes, live.seen)
            if changed(later, now) and await live.outdated():
                log.info("a reload is given up: a later save takes the models back that it waits for")
                break
            now = {**now, **later}
    finally:
        reloading.cancel()
        await asyncio.wait([reloading])


async def settled(paths: Iterable[Path], seen: Hashes) -> Hashes:
    """The contents once they came to rest; a file that was there gets a moment to come back."""
    paths = tuple(paths)
    clock = asyncio.get_running_loop().time
    began = clock()
    now = await asyncio.to_thread(hashes, paths)
    while clock() - began < SETTLE_LIMIT:
        await asyncio.sleep(SETTLE)
        before, now = now, await asyncio.to_thread(hashes, paths)
        gone = any(content == NOTHING != seen.get(path, NOTHING) for path, content in now.items())
        if now == before and (not gone or clock() - began > MISSING):
            break
    return now


def folders_of(paths: Iterable[Path]) -> frozenset[Path]:
    """The folders to watch: those that exist of the files' own, and of what links lead to."""
    found = {folder for path in paths for folder in (path.absolute().parent, path.resolve().parent)}
    return frozenset(folder for folder in found if folder.is_dir())
