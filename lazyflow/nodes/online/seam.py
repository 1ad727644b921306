"""Where a model goes on with an answer: what it says once more of the end of it is left out."""

from __future__ import annotations

LONGEST, SHORTEST = 120, 6
"""Characters of a repetition that is looked for; shorter ones may be meant."""


class Seam:
    """Takes the rest of an answer of which `before` stands. The first few words wait until they are known to be new."""

    def __init__(self, before: str) -> None:
        self._before = before[-LONGEST:]
        self._held = ""
        self._open = bool(before)

    def feed(self, text: str) -> str:
        """What is known to be new."""
        if not self._open:
            return text
        self._held += text
        # As long as all of it stands somewhere before the end, it may be a repetition of the end.
        if len(self._held) < LONGEST and self._held in self._before:
            return ""
        return self.end()

    def end(self) -> str:
        """The rest of it."""
        self._open = False
        held, self._held = self._held, ""
        longest = min(len(held), len(self._before))
        for size in range(longest, SHORTEST - 1, -1):
            if self._before.endswith(held[:size]):
                return held[size:]
        return held
