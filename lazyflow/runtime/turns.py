"""How many turns use this machine's models, and work that stands back for them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Turns:
    """Work that nobody waits for is done while no turn runs, and cut off when one begins."""

    def __init__(self) -> None:
        self._running = 0
        self._aside: set[asyncio.Task[Any]] = set()

    @contextmanager
    def running(self) -> Generator[None, None, None]:
        """A turn runs until the context ends."""
        self._running += 1
        for task in self._aside:
            task.cancel()
        try:
            yield
        finally:
            self._running -= 1

    async def aside(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What `work` gives; None where a turn runs already or begins before the end."""
        if self._running:
            work.close()
            return None
        task = asyncio.get_running_loop().create_task(work)
        self._aside.add(task)
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
            self._aside.discard(task)
        return None if task.cancelled() else task.result()
