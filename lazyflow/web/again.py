"""An answer that is given again from its start, over one that stands: only what differs is news."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Different:
    """The new answer so far, which takes the place of the one that stands."""

    text: str


class Again:
    """Compares a new answer, piece by piece, with `before`."""

    def __init__(self, before: str) -> None:
        self._before = before
        self._at = 0

    @property
    def told(self) -> str:
        """What of the old answer was said again."""
        return self._before[: self._at]

    def take(self, text: str) -> str | Different | None:
        """None while the new answer says what stands, then what goes beyond it, or all of it where it differs."""
        old = self._before[self._at : self._at + len(text)]
        if not text.startswith(old):
            return Different(self.told + text)
        self._at += len(old)
        if self._at < len(self._before):
            return None
        return text[len(old) :]
