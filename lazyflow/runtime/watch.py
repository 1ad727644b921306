"""Saved files become reloads. Only this module waits for the file system; content hashes are the truth."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from lazyflow.runtime.content import NOTHING, Hashes, changed, hashes
from lazyflow.runtime.contract import Reloaded

log = logging.getLogger(__name__)

# Seconds.
SETTLE = 0.03  # without a further change before a save counts
SETTLE_LIMIT = 1.0  # after which a file that never comes to rest is read all the same
MISSING = 0.5  # that a file may be gone or empty within one save
POLL = 0.3  # between looks where no events come
GLANCE = 2.0  # between looks where they do


class Watched(Protocol):
    """What is reloaded."""

    @property
    def seen(self) -> Hashes:
        """Every file that matters, whether it exists or not, with its content as it was last read."""

    async def reload(self) -> Reloaded:
        """Read the files again now."""


async def watch(live: Watched, *, poll: bool = False) -> None:
    """Reload whenever a file changed; runs until it is cancelled.

    With `poll` the files are looked at all the time. Without it events tell; a look now and then finds a save that had
    no event, and from then on it polls.
    """
    seen = live.seen
    while True:
        folders = frozenset[Path]() if poll else await asyncio.to_thread(folders_of, live.seen)
        async with aclosing(_looks(folders)) as looks:
            async for by_event in looks:
                now = await asyncio.to_thread(hashes, live.seen)
                if not changed(now, seen):
                    continue
                if not (poll or by_event):
                    log.warning("a save was seen late: no events come from these folders, so the files are polled")
                    poll = True
                # Taken before the files are read: an edit during the reload is one more change.
                now = await settled(live.seen, seen)
                await live.reload()
                seen = {**live.seen, **now}
                if folders != (frozenset() if poll else await asyncio.to_thread(folders_of, live.seen)):
                    break


async def _looks(folders: frozenset[Path]) -> AsyncGenerator[bool, None]:
    """When to look at the files: True where something happened, False now and then. Without folders it polls."""
    yield True  # what happened before there was a watch has no event
    if not folders:
        while True:
            await asyncio.sleep(POLL)
            yield False
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
    just_begun = True
    async with aclosing(events):
        async for changes in events:
            yield bool(changes) or just_begun  # a save while the watch was set up had no event either
            just_begun = False


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
