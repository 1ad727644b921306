"""From the engine's thread to an event loop: one call a step for all requests that wait there."""

from __future__ import annotations

import asyncio
import contextlib

from lazyflow.engine.job import Batch, Event


class LoopChannel:
    """Queues of one event loop, by the numbers of their requests."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queues: dict[int, asyncio.Queue[Event]] = {}

    def open(self, number: int) -> asyncio.Queue[Event]:
        """The queue that gets the events of a request."""
        return self._queues.setdefault(number, asyncio.Queue())

    def forget(self, number: int) -> None:
        """Drop whatever still comes for a request."""
        self._queues.pop(number, None)

    def post(self, events: Batch) -> None:
        """Pass events on, from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._deliver, events)

    def _deliver(self, events: Batch) -> None:
        for number, event in events:
            if (queue := self._queues.get(number)) is not None:
                queue.put_nowait(event)
