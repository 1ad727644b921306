"""A reply as it grows: events go in, changes for the page and a finished entry come out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from typing_extensions import assert_never

from lazyflow.messages import Role
from lazyflow.nodes.events import Event, Failure, Notice, Request, Step, Text, Thinking, Usage
from lazyflow.store.conversation import Entry, ReplyState, StepTaken
from lazyflow.web.steps import Steps

Change = dict[str, Any]


class Draft:
    """Collects what a turn tells. `changes` hands out what is new since it was last asked, in order."""

    def __init__(self, id: str, parent: str, clock: Callable[[], float] = time.monotonic) -> None:  # noqa: A002 - its name
        self.id = id
        self.state: ReplyState = "running"
        self.failure: Failure | None = None
        self._parent = parent
        self._clock = clock
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._thought_since: float | None = None
        self._thought_for: float | None = None
        self._steps = Steps()
        self._notices: list[str] = []
        self._usages: list[Usage] = []
        self._requests: list[Request] = []
        self._new: list[tuple[str, list[str]]] = []
        self._told_more = False

    @property
    def requests(self) -> tuple[Request, ...]:
        """What models were sent so far, for the inspector."""
        return tuple(self._requests)

    def take(self, event: Event) -> None:
        """Add one event."""
        match event:
            case Text(text):
                self._end_thinking()
                self._text.append(text)
                self._grow("text", text)
            case Thinking(text):
                if self._thought_since is None:
                    self._thought_since = self._clock()
                self._thinking.append(text)
                self._grow("think", text)
            case Step():
                self._steps.take(event)
                self._told_more = True
            case Notice(text=text):
                self._notices.append(text)
                self._told_more = True
            case Usage():
                self._usages.append(event)
                self._told_more = True
            case Failure():
                self.failure = event
                self.state = "failed"
                self._told_more = True
            case Request():
                self._requests.append(event)
            case _:
                assert_never(event)

    def close(self, state: ReplyState) -> None:
        """No more events come; a failure that was told stays one."""
        self._end_thinking()
        if self.state == "running":
            self.state = state

    def changes(self) -> list[Change]:
        """What the page does not know yet. Text comes as pieces, the rest as `more` that replaces what was told."""
        new, self._new = self._new, []
        found: list[Change] = [{"t": kind, "id": self.id, "s": "".join(pieces)} for kind, pieces in new]
        if self._told_more:
            self._told_more = False
            found.append({"t": "more", "id": self.id, "entry": self.entry(whole=False)})
        return found

    def entry(self, *, whole: bool = True) -> Entry:
        """The reply so far; without text and thinking where not `whole`."""
        return Entry(
            id=self.id,
            parent=self._parent,
            role=Role.ASSISTANT,
            text="".join(self._text) if whole else "",
            state=self.state,
            thinking="".join(self._thinking) if whole else "",
            thinking_seconds=self._thought_for,
            steps=tuple(
                StepTaken(path=step.path, state=step.state, output="".join(step.output), seconds=step.seconds)
                for step in self._steps.taken
            ),
            notices=tuple(self._notices),
            usages=tuple(self._usages),
            failure=self.failure,
        )

    def _grow(self, kind: str, text: str) -> None:
        if not self._new or self._new[-1][0] != kind:
            self._new.append((kind, []))
        self._new[-1][1].append(text)

    def _end_thinking(self) -> None:
        if self._thought_since is not None and self._thought_for is None:
            self._thought_for = self._clock() - self._thought_since
            self._told_more = True
