"""An end for work of a library that cannot be asked how far it is."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TooLate(BaseException):
    """The time is over. No `Exception`: libraries that forgive a file its faults would forgive this, too."""


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Raises: `TooLate`, wherever in its Python code this thread is when the block has taken so long."""
    thread = threading.get_ident()
    ended = threading.Event()
    turn = threading.Lock()

    def watch() -> None:
        if ended.wait(seconds):
            return
        with turn:
            if not ended.is_set():
                raise_in(thread, TooLate)

    threading.Thread(target=watch, name="deadline", daemon=True).start()
    try:
        yield
    finally:
        with turn:
            ended.set()
        # What was raised at the very end must not meet the thread in its next work.
        raise_in(thread, None)


def raise_in(thread: int, kind: type[BaseException] | None) -> None:
    """Raise an exception in another thread before its next step in Python; None takes one back that waits there."""
    raised = ctypes.py_object(kind) if kind is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
