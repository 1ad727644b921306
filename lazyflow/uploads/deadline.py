"""An end for work of a library that cannot be asked how far it is."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
AGAIN = 0.05
"""Seconds."""
SOON = 1_000_000
"""Steps within which an exception arrives; the next one usually has it."""


class TooLate(BaseException):
    """The time is over. No `Exception`: libraries that forgive a file its faults would forgive this, too."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """Do `work` in this thread, which is interrupted wherever in its Python code it is when the time is over.

    Raises: `TooLate`, and whatever `work` raises.
    """
    thread = threading.get_ident()
    ended = threading.Event()
    turn = threading.Lock()
    leaving = raised = False

    def watch() -> None:
        nonlocal raised
        pause = seconds
        while not ended.wait(pause):
            with turn:
                if not leaving:
                    raised = True
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
        if raised:
            absorb(thread)


def absorb(thread: int) -> None:
    """What was raised at the very end must not meet this thread in its next work.

    Python has a way to take it back, but then looks for it again and again, and under a debugger does nothing else.
    So one more takes the place of whatever still waits, and is caught.
    """
    with suppress(TooLate):
        raise_in(thread, TooLate)
        for _ in range(SOON):
            pass


def raise_in(thread: int, kind: type[BaseException]) -> None:
    """Raise an exception in a thread before one of its next steps in Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))
