"""What all open pages of one person are told, whichever conversation they show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Listener = Callable[[dict[str, Any]], None]
MOVED = {"t": "moved"}
"""The list of conversations is another one now."""


class News:
    """Who listens, by person. Nothing is kept: a page that comes later reads the list itself."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)

    def join(self, person: str, listener: Listener) -> Callable[[], None]:
        """Tell `listener` everything from now on; returns its end."""
        self._listeners[person].add(listener)

        def end() -> None:
            self._listeners[person].discard(listener)
            if not self._listeners[person]:
                del self._listeners[person]

        return end

    def tell(self, person: str, message: dict[str, Any], *, but: Listener | None = None) -> None:
        """Send a message to every page of this person, except to `but`."""
        for listener in tuple(self._listeners.get(person, ())):
            if listener is not but:
                listener(message)
