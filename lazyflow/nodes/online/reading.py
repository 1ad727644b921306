"""From the pieces of one provider's answer to events. An answer in a form is held back until it is known to have it."""

from __future__ import annotations

from typing_extensions import assert_never

from lazyflow.engine.thinking import Piece as SplitPiece
from lazyflow.engine.thinking import Thinking as ThinkingSplit
from lazyflow.nodes.events import Event, Notice, Text, Thinking, ToolCallDelta
from lazyflow.nodes.online.adapter import Call, Said, Thought
from lazyflow.nodes.online.form import WrongForm, checked
from lazyflow.nodes.online.mishap import Broken, Mishap
from lazyflow.nodes.online.request import prefill_of
from lazyflow.nodes.online.seam import Seam


class Reading:
    """One answer to `call`, asked by `node`; `begun` is what stood of it before."""

    def __init__(self, call: Call, node: str, begun: str) -> None:
        self._call = call
        self._node = node
        self._split = ThinkingSplit()
        self._seam = Seam(begun if prefill_of(call.target) is None else "")
        self._held: list[str] | None = None if call.asked.format == "text" and not call.asked.choices else []
        self._called: list[str] = []

    def feed(self, piece: Said | Thought | ToolCallDelta) -> list[Event]:
        """What is known to come next."""
        match piece:
            case Thought(text):
                return [Thinking(text)]
            case Said(text):
                return self._events(self._split.feed(text))
            case ToolCallDelta(name=name):
                self._called += [name] if name else []
                return [piece] if self._call.asked.offers_tools else []
            case _:
                assert_never(piece)

    def end(self) -> list[Event]:
        """The rest. Raises: `Broken` where the answer has not the form that was asked for."""
        events = self._events(self._split.end())
        if rest := self._seam.end():
            events.append(Text(rest))
        if self._held is not None:
            events.append(Text(self._formed("".join(self._held))))
        if self._called and not self._call.asked.offers_tools:
            names = ", ".join(self._called)
            events.append(Notice("degraded", f"{self._node}: the model calls {names}, which nobody here can do"))
        return events

    def _events(self, pieces: list[SplitPiece]) -> list[Event]:
        events: list[Event] = []
        for kind, text in pieces:
            if kind == "thinking":
                events.append(Thinking(text))
            elif self._held is not None:
                self._held.append(text)
            elif new := self._seam.feed(text):
                events.append(Text(new))
        return events

    def _formed(self, text: str) -> str:
        if self._called:  # the answer in its form comes when the tools have answered
            return text
        try:
            return checked(text, self._call.asked.format, self._call.asked.choices)
        except WrongForm as error:
            wrong = str(error)
        raise Broken(Mishap(kind="bad_answer", detail=self._call.redact(wrong)))
