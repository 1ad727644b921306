"""From the engine to an event loop: one call a step for all requests that wait there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from itertools import count

from lazyflow.engine.contract import EngineError, Finished, ModelState, Output
from lazyflow.engine.job import Batch, Beside, Embedded, Event, Failed, Tokenized


class LoopChannel:
    """Queues of one event loop, by the numbers of their requests."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._numbers = count()
        self._queues: dict[int, asyncio.Queue[Event]] = {}

    async def stream(self, begin: Callable[[int], None], cancel: Callable[[int], None]) -> AsyncGenerator[Output, None]:
        """The outputs of a request that `begin` sends on under its number, `Finished` last.

        Closed before that, it is ended by `cancel`. Raises: `EngineError`.
        """
        number = next(self._numbers)
        queue = self._queues[number] = asyncio.Queue()
        ended = False
        try:
            begin(number)
            while not ended:
                match event := await queue.get():
                    case Failed(error):
                        ended = True
                        raise error
                    case Embedded() | Tokenized() | ModelState() | Beside():
                        raise TypeError(event)
                    case _:
                        ended = isinstance(event, Finished)
                        yield event
        finally:
            del self._queues[number]
            if not ended:
                cancel(number)

    async def ask(self, begin: Callable[[int], None], cancel: Callable[[int], None]) -> Event:
        """The one event that answers a request. Raises: `EngineError`."""
        number = next(self._numbers)
        queue = self._queues[number] = asyncio.Queue()
        try:
            begin(number)
            event = await queue.get()
        except asyncio.CancelledError:
            cancel(number)
            raise
        finally:
            del self._queues[number]
        if isinstance(event, Failed):
            raise event.error
        return event

    def fail(self, error: EngineError) -> None:
        """End every request; to be called in the event loop."""
        self.deliver([(number, Failed(error)) for number in self._queues])

    def post(self, events: Batch) -> None:
        """Pass events on, from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self.deliver, events)

    def deliver(self, events: Batch) -> None:
        """Pass events on, in the event loop; those of requests that are gone are dropped."""
        for number, event in events:
            if (queue := self._queues.get(number)) is not None:
                queue.put_nowait(event)
