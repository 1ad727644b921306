"""An end for work of a library that cannot be asked how far it is."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
AGAIN = 0.05
"""Seconds."""


class TooLate(BaseException):
    """The time is over. No `Exception`: libraries that forgive a file its faults would forgive this, too."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """Do `work` in this thread, which is interrupted wherever in its Python code it is when the time is over.

    Raises: `TooLate`, and whatever `work` raises.
    """
    thread = threading.get_ident()
    ended = threading.Event()
    turn = threading.Lock()
    leaving = False

    def watch() -> None:
        pause = seconds
        while not ended.wait(pause):
            with turn:
                if not leaving:
                    raise_in(thread, TooLate)
            # What is raised while the thread happens to collect garbage is lost there: it is raised again.
            pause = AGAIN

    # No context manager: raised at the beginning of its `__exit__`, the exception would leave without its end.
    try:
        threading.Thread(target=watch, name="deadline", daemon=True).start()
        return work()
    finally:
        leaving = True
        try:
            with turn:
                ended.set()
        except TooLate:
            # Raised just before: no other one follows.
            with turn:
                ended.set()
        # What was raised at the very end must not meet the thread in its next work.
        raise_in(thread, None)


def raise_in(thread: int, kind: type[BaseException] | None) -> None:
    """Raise an exception in another thread before its next step in Python; None takes one back that waits there."""
    raised = ctypes.py_object(kind) if kind is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
