"""An event loop in a thread of its own, for code that has none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from types import TracebackType
from typing import Any, TypeVar

from typing_extensions import Self

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for a thread that waits for them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lazyflow-loop", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`. An exception here, such as Ctrl-C, cancels it and waits for its end."""
        future: Future[T] = Future()
        begun: list[asyncio.Task[T]] = []

        def begin() -> None:
            task = self._loop.create_task(work)
            task.add_done_callback(lambda task: _pass_on(task, future))
            begun.append(task)

        def stop() -> None:
            if begun:
                begun[0].cancel()
            else:  # interrupted before it was handed over
                work.close()
                future.cancel()

        try:
            self._loop.call_soon_threadsafe(begin)
            return future.result()
        except BaseException:
            self._loop.call_soon_threadsafe(stop)
            wait([future])
            raise

    def close(self) -> None:
        """End the thread; nothing may run any more."""
        asyncio.run_coroutine_threadsafe(self._loop.shutdown_asyncgens(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        """The thread, which runs already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.close()


def _pass_on(task: asyncio.Task[T], future: Future[T]) -> None:
    if task.cancelled():
        future.set_exception(asyncio.CancelledError())
    elif (error := task.exception()) is not None:
        future.set_exception(error)
    else:
        future.set_result(task.result())
