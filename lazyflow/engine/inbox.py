"""What other threads give to the engine's: it is done between two of its steps."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Inbox:
    """Any thread may `put`; all else is for the engine's thread alone."""

    def __init__(self) -> None:
        self._work: deque[Callable[[], None]] = deque()
        self._wake = threading.Event()
        self._gate = threading.Lock()
        self._closed = False

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._work)

    def put(self, work: Callable[[], None]) -> bool:
        """Have `work` done; False where nobody will ever do it."""
        with self._gate:
            if not self._closed:
                self._work.append(work)
            self._wake.set()
            return not self._closed

    def wake(self) -> None:
        """End a `wait`, from any thread."""
        self._wake.set()

    def read(self) -> None:
        """Do all that has come."""
        self._wake.clear()
        while self._work:
            self._work.popleft()()

    def wait(self) -> None:
        """Sleep until something comes, or came since the last `read`."""
        self._wake.wait()

    def close(self) -> None:
        """Do what has come, and refuse what comes from now on."""
        with self._gate:
            self._closed = True
        self.read()
