"""One conversation while it is open: every page that shows it is told the same, and one reply runs at a time."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lazyflow.errors import LazyflowError
from lazyflow.messages import Role
from lazyflow.nodes.events import Failure, Notice, Request
from lazyflow.runtime.contract import Ask, LiveApp
from lazyflow.store.conversation import Conversation, Entry, Feedback, ReplyState
from lazyflow.store.conversations import Conversations, StoreUnavailable
from lazyflow.web.draft import Draft
from lazyflow.web.keeper import Keeper
from lazyflow.web.wire import entry_data, path_data, shown_data

Listener = Callable[[dict[str, Any]], None]
FRAME = 0.05
"""Seconds between two messages to the pages: 20 a second look fluent and cost little."""

log = logging.getLogger(__name__)


class Room:
    """Speaks for the people in it: sends their messages to the app and spreads what comes back.

    Every message to the pages has the next sequence number, so that a page notices what it missed.
    """

    def __init__(self, live: LiveApp, web: str, kept: Conversations, conversation: Conversation) -> None:
        self.conversation = conversation
        self._live = live
        self._web = web
        self._keeper = Keeper(kept, self._growing, self._not_stored)
        self._warned = False
        self._listeners: set[Listener] = set()
        self._sequence = 0
        self._draft: Draft | None = None
        self._streams = True
        self._frame: asyncio.TimerHandle | None = None
        self._last_frame = 0.0
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        """Whether a reply is running."""
        return self._draft is not None

    def join(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` everything from now on; returns its end."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def snapshot(self) -> dict[str, Any]:
        """Everything that a page shows of the conversation, up to the last sequence number."""
        self._spread()
        shown = self.conversation
        if self._draft is not None:
            growing = self._draft.entry()
            shown = shown.with_entry(growing if self._streams else replace(growing, text="", thinking=""))
        return {
            "t": "snap",
            "seq": self._sequence,
            "c": self.conversation.id,
            "entries": path_data(shown),
            "busy": self.busy,
        }

    def say(self, text: str, *, use_context: bool, parent: str | None) -> bool:
        """Add a person's message after `parent` and answer it; False where a reply is running."""
        if self.busy:
            return False
        path = self.conversation.path()
        at_end = parent == (path[-1].id if path else None)
        said = Entry(id=new_id(), parent=parent, role=Role.USER, text=text, use_context=use_context)
        self._keep(said)
        self._answer(said, added=at_end)
        return True

    def answer_again(self, reply: str) -> bool:
        """Another answer to the message that `reply` answers; False where that cannot be."""
        old = self.conversation.entries.get(reply)
        if self.busy or old is None or old.role is not Role.ASSISTANT or old.parent is None:
            return False
        self._answer(self.conversation.entries[old.parent], added=False)
        return True

    def choose(self, entry: str) -> None:
        """Show the branch with this message."""
        found = self.conversation.entries.get(entry)
        if found is not None and not self.busy:
            self._keep(found)
            self._publish(self.snapshot())

    def judge(self, reply: str, feedback: Feedback | None) -> None:
        """Note what the person thinks of a reply that is shown; None takes it back."""
        found = next((entry for entry in self.conversation.path() if entry.id == reply), None)
        if found is None or found.role is not Role.ASSISTANT:
            return
        entry = replace(found, feedback=feedback)
        self._keep(entry)
        self._publish({"t": "more", "id": entry.id, "entry": self._told(entry)})

    def stop(self) -> None:
        """End the running reply at once and keep what was said."""
        if self._draft is None or self._task is None:
            return
        self._ending.add(self._task)
        self._task.add_done_callback(self._ending.discard)
        self._task.cancel()
        self._finish(self._draft, "stopped")

    def _answer(self, question: Entry, *, added: bool) -> None:
        draft = self._draft = Draft(new_id(), question.id)
        self._warned = False
        if added:
            self._publish({"t": "add", "entries": [entry_data(question), entry_data(draft.entry())]})
        else:
            self._publish(self.snapshot())
        self._task = asyncio.get_running_loop().create_task(self._run(draft, question))

    async def _run(self, draft: Draft, question: Entry) -> None:
        try:
            # What a person typed is on disk before it is answered.
            await self._keeper.begin()
            await self._follow(draft, question)
        except asyncio.CancelledError:
            self._finish(draft, "interrupted")
            raise
        except LazyflowError as error:
            draft.take(Failure((), error.message, error.help))
        except Exception:
            log.exception("the turn of a conversation broke off")
            draft.take(
                Failure((), "The answer broke off because of an internal error.", "Try again; the log has more.")
            )
        finally:
            self._finish(draft, "done")

    async def _follow(self, draft: Draft, question: Entry) -> None:
        with self._live.lease() as app:
            spec = app.spec.webs.get(self._web)
            if spec is None:
                draft.take(Failure((), "This page is no longer part of the app.", "Ask its owner where it moved."))
                return
            self._streams = spec.stream
            ask = Ask(
                message=question.text,
                entry=spec.target,
                web=self._web,
                history=self.conversation.history_before(question),
                use_context=question.use_context,
                person=self.conversation.person,
                conversation=self.conversation.id,
            )
            events = app.stream(ask)
            try:
                async for event in events:
                    draft.take(event)
                    self._soon()
                    self._keeper.grow()
            finally:
                await events.aclose()

    def _finish(self, draft: Draft, state: ReplyState) -> None:
        if self._draft is not draft:
            return
        self._streams = True
        draft.close(state)
        self._spread()
        self._draft = None
        entry = draft.entry()
        self._keep(entry, draft.requests)
        self._publish({"t": "end", "id": entry.id, "entry": self._told(entry)})

    def _told(self, entry: Entry) -> dict[str, Any]:
        """What a page that knows the text of `entry` is told of it."""
        return shown_data(self.conversation, replace(entry, text="", thinking=""))

    def _soon(self) -> None:
        if self._frame is None and self._draft is not None and self._streams:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._last_frame + FRAME - loop.time())
            self._frame = loop.call_later(wait, self._spread)

    def _spread(self) -> None:
        if self._frame is not None:
            self._frame.cancel()
            self._frame = None
        if self._draft is None or not self._streams:
            return
        self._last_frame = asyncio.get_running_loop().time()
        for change in self._draft.changes():
            if "entry" in change:
                change["entry"] = entry_data(change["entry"])
            self._publish(change)

    def _keep(self, entry: Entry, requests: tuple[Request, ...] = ()) -> None:
        self.conversation = self.conversation.with_entry(entry)
        self._keeper.save(self.conversation, entry, requests)

    def _growing(self) -> tuple[Conversation, Entry] | None:
        if self._draft is None:
            return None
        entry = self._draft.entry()
        return self.conversation.with_entry(entry), entry

    def _not_stored(self, error: StoreUnavailable) -> None:
        if self._draft is not None and not self._warned:
            self._warned = True
            self._draft.take(Notice("degraded", f"{error.message} {error.help}".strip()))
            self._soon()

    def _publish(self, message: dict[str, Any]) -> None:
        self._sequence += 1
        message["seq"] = self._sequence
        for listener in tuple(self._listeners):
            listener(message)


def new_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_urlsafe(12)
