"""Stop strings: an answer ends where one begins, also when it is spread over several tokens."""

from __future__ import annotations


class StopStrings:
    """Passes text on, holding back what may be the start of a stop string."""

    def __init__(self, strings: tuple[str, ...]) -> None:
        self._strings = tuple(filter(None, strings))
        self._held = ""
        self.hit = False

    def feed(self, text: str) -> str:
        """The text that is certainly part of the answer; sets `hit` where a stop string begins after it."""
        if not self._strings or self.hit:
            return "" if self.hit else text
        text = self._held + text
        starts = [at for string in self._strings if (at := text.find(string)) >= 0]
        if starts:
            self.hit, self._held = True, ""
            return text[: min(starts)]
        keep = len(text) - max(overlap(text, string) for string in self._strings)
        self._held = text[keep:]
        return text[:keep]

    def end(self) -> str:
        """What was held back and turned out to be text."""
        held, self._held = self._held, ""
        return held


def overlap(text: str, string: str) -> int:
    """How many characters at the end of `text` are the start of `string`, all of it excluded."""
    for length in range(min(len(string) - 1, len(text)), 0, -1):
        if text.endswith(string[:length]):
            return length
    return 0
