"""Plain functions and generators off the event loop, each in a thread that ends with the turn where it can."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


async def run(function: Callable[[], T]) -> T:
    """The function's result, from a daemon thread: one that hangs holds up neither others nor the program's end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def succeed(result: T) -> None:
        if not done.done():
            done.set_result(result)

    def fail(error: BaseException) -> None:
        if not done.done():
            done.set_exception(carried(error))

    def work() -> None:
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            tell(loop, fail, error)
        else:
            tell(loop, succeed, result)

    start(work)
    return await done


async def iterate(pieces: Iterator[Any]) -> AsyncGenerator[Any, None]:
    """What a plain iterator yields, one piece ahead at most; it is closed when the reader stops."""
    loop = asyncio.get_running_loop()
    wanted = threading.Semaphore(1)
    ended = threading.Event()
    queue: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    def put(kind: str, value: Any) -> None:
        tell(loop, queue.put_nowait, (kind, value))

    def work() -> None:
        try:
            for piece in pieces:
                put("piece", piece)
                wanted.acquire()
                if ended.is_set():
                    break
            else:
                put("end", None)
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            put("error", error)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    start(work)
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


def start(work: Callable[[], None]) -> None:
    """Run `work` in a daemon thread, in the caller's context."""
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), name="python node", daemon=True).start()


def tell(loop: asyncio.AbstractEventLoop, callback: Callable[[T], None], value: T) -> None:
    """Call back on the event loop, unless the program has ended meanwhile."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, value)


def carried(error: BaseException) -> BaseException:
    """An exception that a future or generator can raise: StopIteration would end it silently."""
    return RuntimeError("StopIteration") if isinstance(error, StopIteration) else error
