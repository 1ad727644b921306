"""The pages that show one conversation: all of them are told the same, in numbered messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Listener = Callable[[dict[str, Any]], None]


class Audience:
    """Every message has the next sequence number, so that a page notices what it missed."""

    def __init__(self) -> None:
        self.sequence = 0
        self._listeners: set[Listener] = set()

    def join(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` everything from now on; returns its end."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def tell(self, message: dict[str, Any]) -> None:
        """Give a message its number and send it to all."""
        self.sequence += 1
        message["seq"] = self.sequence
        for listener in tuple(self._listeners):
            listener(message)
