"""Models that think aloud: what stands between `<think>` and `</think>` is told apart from the answer."""

from __future__ import annotations

from typing import Literal

from lazyflow.engine.stop import overlap

OPEN, CLOSE = "<think>", "</think>"
Piece = tuple[Literal["text", "thinking"], str]


def is_open(prompt_end: str) -> bool:
    """Whether a rendered prompt leaves the model within its thinking."""
    return prompt_end.rstrip().endswith(OPEN)


class Thinking:
    """Splits an answer that may begin with a block of thinking; a tag may be spread over several tokens."""

    def __init__(self, *, opened: bool = False) -> None:
        self._state: Literal["start", "thinking", "gap", "text"] = "thinking" if opened else "start"
        self._held = ""
        self._fresh = True

    def feed(self, text: str) -> list[Piece]:
        """The pieces that `text` completes, in order, none empty."""
        if self._state == "text":
            return [("text", text)] if text else []
        pieces: list[Piece] = []
        self._held += text
        if self._state == "start":
            self._start()
        if self._state == "thinking":
            pieces += self._think()
        if self._state == "gap":
            self._held = self._held.lstrip()
            self._state = "text" if self._held else "gap"
        if self._state == "text":
            pieces += self.end()
        return pieces

    def _start(self) -> None:
        begin = self._held.lstrip()
        if begin.startswith(OPEN):
            self._state, self._held = "thinking", begin[len(OPEN) :]
        elif not OPEN.startswith(begin):
            self._state = "text"

    def _think(self) -> list[Piece]:
        thought, close, rest = self._held.partition(CLOSE)
        if close:
            self._state, self._held = "gap", rest
        else:
            keep = len(thought) - overlap(thought, CLOSE)
            thought, self._held = thought[:keep], thought[keep:]
        if self._fresh:
            thought = thought.lstrip()
        self._fresh = self._fresh and not thought
        return [("thinking", thought)] if thought else []

    def end(self) -> list[Piece]:
        """What was held back."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [("thinking" if self._state == "thinking" else "text", held)]
