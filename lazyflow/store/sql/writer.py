"""One thread that writes, in order: nobody on the event loop waits for a disk."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from lazyflow.store.conversations import StoreUnavailable
from lazyflow.store.sql.engine import WRITES
from lazyflow.store.sql.failures import unavailable

T = TypeVar("T")
MOST = 10_000
CLOSING = 10.0


@dataclass(frozen=True, slots=True)
class Job:
    """Work for one transaction, and who waits for it."""

    work: Callable[[Connection], Any]
    after: Callable[[bool], None]
    done: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop

    def run(self, engine: Engine) -> None:
        """Do the work in a transaction of its own and tell how it went."""
        result: Any = None
        failure: Exception | None = None
        try:
            with engine.begin() as connection:
                result = self.work(connection)
        except SQLAlchemyError as error:
            failure = unavailable(error)
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            failure = error
        self.after(failure is None)
        # The loop is gone where the app has ended without waiting.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._settle, result, failure)

    def _settle(self, result: Any, failure: Exception | None) -> None:
        if self.done.done():
            return
        if failure is None:
            self.done.set_result(result)
        else:
            self.done.set_exception(failure)


class Writer:
    """Takes work from the event loop. At most `most` pieces wait; more are refused rather than kept in memory."""

    def __init__(self, engine: Engine, most: int = MOST) -> None:
        self._engine = engine.execution_options(**{WRITES: True})
        self._waiting: queue.Queue[Job | None] = queue.Queue(most)
        self._thread = threading.Thread(target=self._work, name="lazyflow-store", daemon=True)
        self._thread.start()

    def submit(
        self, work: Callable[[Connection], T], after: Callable[[bool], None] = lambda _: None
    ) -> asyncio.Future[T]:
        """Do `work` in a transaction of its own, after all that was submitted before.

        The future is done once it is committed; before that `after` is told in the writing thread whether it was.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        try:
            self._waiting.put_nowait(Job(work, after, done, loop))
        except queue.Full:
            after(False)  # noqa: FBT003 - the one thing that it is told
            done.set_exception(
                StoreUnavailable(
                    "The database cannot keep up, so the conversation is not being saved.",
                    "It is saved with the next message.",
                )
            )
        return done

    async def catch_up(self, seconds: float) -> None:
        """Until all that was submitted before is done, or for `seconds`."""
        if not self._waiting.unfinished_tasks:
            return
        reached = self.submit(nothing)
        reached.add_done_callback(lambda future: future.cancelled() or future.exception())
        await asyncio.wait([reached], timeout=seconds)

    def close(self, seconds: float = CLOSING) -> None:
        """Do what was submitted, then end; blocks, at most about `seconds` where the database hangs."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=seconds)
        self._thread.join(seconds)

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            job.run(self._engine)
            self._waiting.task_done()


def nothing(_: Connection) -> None:
    """Work that only marks a moment."""
