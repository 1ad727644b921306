"""One answer as it grows: bytes of tokens in, outputs for the person out."""

from __future__ import annotations

from lazyflow.engine.contract import Output, TextDelta, ThinkingDelta
from lazyflow.engine.stop import StopStrings
from lazyflow.engine.text import Utf8
from lazyflow.engine.thinking import Piece, Thinking

Logprobs = tuple[tuple[str, float], ...]


class Answer:
    """`thinking` tells that the prompt left the model within its thinking. `text` is what was told so far."""

    def __init__(self, stop: tuple[str, ...], *, thinking: bool = False) -> None:
        self._utf8, self._thinking, self._stop = Utf8(), Thinking(opened=thinking), StopStrings(stop)
        self._logprobs: Logprobs = ()
        self._said: list[str] = []
        self.thought = thinking

    @property
    def stopped(self) -> bool:
        """Whether a stop string came."""
        return self._stop.hit

    @property
    def text(self) -> str:
        """The answer so far, thinking left out."""
        return "".join(self._said)

    def feed(self, piece: bytes, logprobs: Logprobs = ()) -> list[Output]:
        """The outputs that one more token completes."""
        self._logprobs += logprobs
        return self._outputs(self._thinking.feed(self._utf8.feed(piece)))

    def end(self) -> list[Output]:
        """The outputs that were held back until it was known that no more comes."""
        if self._stop.hit:
            return []
        outputs = self._outputs([*self._thinking.feed(self._utf8.end()), *self._thinking.end()])
        if (held := self._stop.end()) or self._logprobs:
            outputs.append(self._delta(held))
        return outputs

    def _outputs(self, pieces: list[Piece]) -> list[Output]:
        outputs: list[Output] = []
        for kind, text in pieces:
            if kind == "thinking":
                self.thought = True
                outputs.append(ThinkingDelta(text))
            elif told := self._stop.feed(text):
                outputs.append(self._delta(told))
        return outputs

    def _delta(self, text: str) -> TextDelta:
        logprobs, self._logprobs = self._logprobs, ()
        self._said.append(text)
        return TextDelta(text, logprobs)
