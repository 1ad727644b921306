"""A reply as it grows: events go in, changes for the page and a finished entry come out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from typing_extensions import assert_never

from lazyflow.nodes.events import Event, Failure, NodePath, Notice, Request, Step, Text, Thinking, ToolCallDelta, Usage
from lazyflow.store.conversation import Entry, ReplyState
from lazyflow.web.again import Again, Different
from lazyflow.web.steps import Steps

Change = dict[str, Any]


class Draft:
    """Collects what a turn tells. `changes` hands out what is new since it was last asked, in order.

    `before` is a reply that broke off and is gone on with, or an empty one that is running; `requests` are its own.
    """

    def __init__(
        self, before: Entry, requests: tuple[Request, ...] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.id = before.id
        self.node = before.node
        self.state: ReplyState = "running"
        self.failure: Failure | None = None
        self.queue: Notice | None = None
        self.at: NodePath = ()
        self.warned = False
        self.before = before
        self._clock = clock
        self._text = [before.text]
        self._thinking = [before.thinking]
        self._thought_since: float | None = None
        self._thought_for = before.thinking_seconds
        self._steps = Steps(before.steps)
        self._notices = list(before.notices)
        self._usages = list(before.usages)
        self._requests = list(requests)
        self._new: list[tuple[str, list[str]]] = []
        self._told_more = False
        self._told_anew = False
        self._again: Again | None = None

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._text)

    @property
    def requests(self) -> tuple[Request, ...]:
        """What models were sent so far, for the inspector."""
        return tuple(self._requests)

    def answer_anew(self) -> None:
        """All is told again from the start: what stands, if anything, is shown until something else is said."""
        if self.before.state == "running":
            return
        self._again = Again(self.text) if self.text else None
        self._thinking, self._thought_since, self._thought_for = [], None, None
        self._steps, self._notices, self._usages, self._requests = Steps(), [], [], []
        self._told_anew = True

    def take(self, event: Event) -> None:
        """Add one event."""
        self._leave_queue(event)
        match event:
            case Text(text):
                self._end_thinking()
                self._say(text)
            case Thinking(text):
                self._think(text)
            case Step(path, state):
                self.at = path if state in {"began", "output"} else path[:-1]
                self._steps.take(event)
                self._told_more = True
            case Notice(kind="queued"):
                self.queue = event
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
                self.at, self._told_more = event.path, True
            case ToolCallDelta():
                pass  # the page offers no tools
            case _:
                assert_never(event)

    def close(self, state: ReplyState) -> None:
        """No more events come; a failure that was told stays one."""
        self.queue, self.at = None, ()
        self._end_thinking()
        if self._again is not None and state == "done" and self.failure is None:
            self._replace(self._again.told)
        if self.state == "running":
            self.state = state

    def changes(self) -> list[Change]:
        """What the page does not know yet. Text comes as pieces, the rest as `more` that replaces what was told.

        `anew` stands for all of it, where what was told is no longer so.
        """
        new, self._new = self._new, []
        if self._told_anew:
            self._told_anew = self._told_more = False
            return [{"t": "anew"}]
        found: list[Change] = [{"t": kind, "id": self.id, "s": "".join(pieces)} for kind, pieces in new]
        if self._told_more:
            self._told_more = False
            found.append({"t": "more", "id": self.id, "entry": self.entry(whole=False)})
        return found

    def entry(self, *, whole: bool = True) -> Entry:
        """The reply so far; without text and thinking where not `whole`."""
        return replace(
            self.before,
            text=self.text if whole else "",
            state=self.state,
            thinking="".join(self._thinking) if whole else "",
            thinking_seconds=self._thought_for,
            steps=self._steps.taken_so_far(),
            notices=tuple(self._notices),
            usages=tuple(self._usages),
            failure=self.failure,
        )

    def quiet(self) -> Entry:
        """The reply so far where nothing of it is shown before its end."""
        return replace(self.entry(), text=self.before.text, thinking=self.before.thinking)

    def _leave_queue(self, event: Event) -> None:
        if self.queue is not None and not isinstance(event, Request):
            self.queue, self._told_more = None, True

    def _think(self, text: str) -> None:
        if self._thought_since is None:
            self._thought_since = self._clock()
        self._thinking.append(text)
        self._grow("think", text)

    def _say(self, text: str) -> None:
        if self._again is not None:
            new = self._again.take(text)
            if new is None:
                return
            self._again = None
            if isinstance(new, Different):
                self._replace(new.text)
                return
            text = new
        if text:
            self._text.append(text)
            self._grow("text", text)

    def _replace(self, text: str) -> None:
        self._again = None
        self._told_anew = self._told_anew or text != self.text
        self._text = [text]

    def _grow(self, kind: str, text: str) -> None:
        if not self._new or self._new[-1][0] != kind:
            self._new.append((kind, []))
        self._new[-1][1].append(text)

    def _end_thinking(self) -> None:
        if self._thought_since is not None and self._thought_for is None:
            self._thought_for = self._clock() - self._thought_since
            self._told_more = True
