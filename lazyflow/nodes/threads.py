"""Plain functions and generators off the event loop, in threads that hold nobody up."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
# What a thread does: its work, then what that returns, by which time the thread is free for more.
Work = Callable[[], Callable[[], None]]

# A thread waits so long for more work before it ends: seconds. A new one costs several times as much as a woken one.
IDLE = 0.05


class Threads:
    """Daemon threads: one that hangs holds up neither others nor the program's end, one without work soon ends."""

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[Work]] = []
        self._lock = threading.Lock()

    async def run(self, function: Callable[[], T]) -> T:
        """The function's result. Raises: what the function raises."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def succeed(result: T) -> None:
            if not done.done():
                done.set_result(result)

        def fail(error: BaseException) -> None:
            if not done.done():
                done.set_exception(carried(error))

        def work() -> Callable[[], None]:
            try:
                return partial(tell, loop, succeed, function())
            except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
                return partial(tell, loop, fail, error)

        self.start(work)
        return await done

    async def iterate(self, pieces: Iterator[Any]) -> AsyncGenerator[Any, None]:
        """What a plain iterator yields, one piece ahead at most; it is closed when the reader stops."""
        loop = asyncio.get_running_loop()
        wanted = threading.Semaphore(1)
        ended = threading.Event()
        queue: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

        def put(kind: str, value: Any) -> None:
            tell(loop, queue.put_nowait, (kind, value))

        def work() -> Callable[[], None]:
            try:
                try:
                    for piece in pieces:
                        put("piece", piece)
                        wanted.acquire()
                        if ended.is_set():
                            break
                finally:
                    close(pieces)
                return partial(put, "end", None)
            except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
                return partial(put, "error", error)

        self.start(work)
        try:
            while True:
                kind, value = await queue.get()
                if kind == "error":
                    raise carried(value)
                if kind == "end":
                    return
                yield value
                wanted.release()
        finally:
            ended.set()
            wanted.release()

    def start(self, work: Work) -> None:
        """Do `work` in a thread, in the caller's context."""
        job = partial(contextvars.copy_context().run, work)
        with self._lock:
            jobs = self._idle.pop() if self._idle else None
        if jobs is not None:
            jobs.put(job)
            return
        jobs = SimpleQueue()
        jobs.put(job)
        threading.Thread(target=self._serve, args=(jobs,), name="python node", daemon=True).start()

    def _serve(self, jobs: SimpleQueue[Work]) -> None:
        job = jobs.get()
        while True:
            then = job()
            with self._lock:
                self._idle.append(jobs)
            then()
            del job, then  # they hold what was asked and answered
            try:
                job = jobs.get(timeout=IDLE)
            except Empty:
                with self._lock:
                    if jobs in self._idle:
                        self._idle.remove(jobs)
                        return
                job = jobs.get()  # somebody took this thread just now


def close(pieces: Iterator[Any]) -> None:
    """End a generator that was not read to its end."""
    end = getattr(pieces, "close", None)
    if end is not None:
        end()


def tell(loop: asyncio.AbstractEventLoop, callback: Callable[[T], None], value: T) -> None:
    """Call back on the event loop, unless the program has ended meanwhile."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, value)


def carried(error: BaseException) -> BaseException:
    """An exception that a future can raise and that ends the turn alone, not the program or its event loop."""
    if isinstance(error, Exception | SystemExit) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(": ".join(filter(None, (type(error).__name__, str(error)))))
