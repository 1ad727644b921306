"""One conversation while it is open: every page that shows it is told the same, and one reply runs at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lazyflow.errors import LazyflowError
from lazyflow.messages import Role
from lazyflow.nodes.events import Failure, Notice, Request
from lazyflow.runtime.contract import LiveApp
from lazyflow.spec.nodes import Control
from lazyflow.store.conversation import Conversation, Entry, Feedback, ReplyState, Setting, brought_back
from lazyflow.store.conversations import Conversations, StoreUnavailable
from lazyflow.store.files import Attachment
from lazyflow.web.asking import ask_of, askable_from, files_told
from lazyflow.web.audience import Audience, Listener
from lazyflow.web.draft import Draft
from lazyflow.web.ids import new_id
from lazyflow.web.keeper import Keeper
from lazyflow.web.settings import changed, told_value
from lazyflow.web.wire import entry_data, path_data, running_data, shown_data

FRAME = 0.05
"""Seconds between two messages to the pages: 20 a second look fluent and cost little."""

log = logging.getLogger(__name__)


class Room:
    """Speaks for the people in it: sends their messages to the app and spreads what comes back.

    `grown` hears of each message that was added and each answer that ended.
    """

    def __init__(
        self,
        live: LiveApp,
        web: str,
        kept: Conversations,
        conversation: Conversation,
        grown: Callable[[Conversation], None] = lambda _: None,
    ) -> None:
        self.conversation = conversation
        self._live = live
        self._web = web
        self._kept = kept
        self._grown = grown
        self._keeper = Keeper(kept, self._growing, self._not_stored)
        self._audience = Audience()
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

    @property
    def shown(self) -> Conversation:
        """The conversation with the reply that is running, as far as it may be shown."""
        if self._draft is None:
            return self.conversation
        return self.conversation.with_entry(self._draft.entry() if self._streams else self._draft.quiet())

    async def told(self, reply: str) -> tuple[tuple[Request, ...], Entry]:
        """What models were sent so far for a reply that is shown, and the reply. Raises: `StoreUnavailable`."""
        if self._draft is not None and self._draft.id == reply:
            return self._draft.requests, self.shown.entries[reply]
        shown = self.conversation
        return await self._kept.requests(shown.person, shown.id, reply), shown.entries[reply]

    def join(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` everything from now on; returns its end."""
        return self._audience.join(listener)

    def snapshot(self) -> dict[str, Any]:
        """Everything that a page shows of the conversation, up to the last sequence number."""
        self._spread()
        entries = path_data(self.shown)
        if self._draft is not None:
            entries[-1] |= running_data(self._draft.queue, self._draft.at)
        return {
            "t": "snap",
            "seq": self._audience.sequence,
            "c": self.conversation.id,
            "entries": entries,
            "busy": self.busy,
            "adjusted": bool(self.conversation.settings),
        }

    def say(self, text: str, *, use_context: bool, parent: str | None, files: tuple[Attachment, ...] = ()) -> bool:
        """Add a person's message after `parent` and answer it; False where a reply is running."""
        if self.busy:
            return False
        path = self.conversation.path()
        at_end = parent == (path[-1].id if path else None)
        said = Entry(id=new_id(), parent=parent, role=Role.USER, text=text, use_context=use_context, files=files)
        self._keep(said)
        self._answer(said, added=at_end)
        return True

    def answer_again(self, entry: str, node: str = "") -> bool:
        """Another answer to this question, or to the one that this reply answers; False where that cannot be.

        `node` is who is asked; empty means whoever gave the reply.
        """
        old = self.conversation.entries.get(entry)
        if self.busy or old is None or (node and node not in askable_from(self._live, self._web)):
            return False
        if old.role is Role.USER:
            self._answer(old, added=False, node=node)
        elif old.parent is not None:
            self._answer(self.conversation.entries[old.parent], added=False, node=node or old.node)
        return True

    async def go_on(self, reply: str) -> bool:
        """Go on with a reply that broke off, the last that is shown; False where that cannot be."""
        found = self._goes_on(reply)
        requests = await self._kept.requests(self.conversation.person, self.conversation.id, reply) if found else ()
        # Another page may have asked for something meanwhile.
        found = self._goes_on(reply)
        if found is None or found.parent is None:
            return False
        self._begin(Draft(found, requests), self.conversation.entries[found.parent])
        return True

    def _goes_on(self, reply: str) -> Entry | None:
        last = self.conversation.path()[-1:]
        return next((entry for entry in last if entry.id == reply and entry.broken_off and not self.busy), None)

    async def remove(self, entry: str) -> None:
        """Delete a message and all that follows it; `bring_back` undoes it. Raises: `StoreUnavailable`."""
        if self.busy or entry not in self.conversation.entries:
            return
        before, self.conversation = self.conversation, self.conversation.without(entry)
        self._audience.tell(self.snapshot())
        try:
            await self._kept.remove(before.person, before.id, entry)
        except StoreUnavailable:
            self._show(brought_back(self.conversation, before, entry))
            raise

    async def bring_back(self, entry: str) -> None:
        """Undo `remove`, and show the message. Raises: `StoreUnavailable`."""
        if self.busy:
            return
        shown = self.conversation
        await self._kept.bring_back(shown.person, shown.id, entry)
        stored = await self._kept.load(shown.person, shown.id)
        if stored is not None and entry in stored.entries:
            self._show(brought_back(self.conversation, stored.with_entry(stored.entries[entry]), entry))
            self._keep(self.conversation.entries[entry])

    def _show(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self._audience.tell(self.snapshot())

    def choose(self, entry: str) -> None:
        """Show the branch with this message."""
        if entry in self.conversation.entries and not self.busy:
            for hidden in self.conversation.hidden_way(entry):
                self._keep(hidden)
            self._audience.tell(self.snapshot())

    def judge(self, reply: str, feedback: Feedback | None) -> None:
        """Note what the person thinks of a reply that is shown; None takes it back."""
        found = next((entry for entry in self.conversation.path() if entry.id == reply), None)
        growing = self._draft is not None and self._draft.id == reply
        if found is None or found.role is not Role.ASSISTANT or growing:
            return
        entry = replace(found, feedback=feedback)
        self._keep(entry)
        self._audience.tell({"t": "more", "id": entry.id, "entry": self._told(entry)})

    def adjust(self, control: Control, value: Setting | None) -> None:
        """Set a control for the turns to come; None takes the person's value away."""
        settings = changed(self.conversation.settings, control, value)
        self.conversation = replace(self.conversation, settings=settings)
        self._keeper.adjust(self.conversation)
        self._audience.tell({"t": "set", **told_value(control, value), "adjusted": bool(settings)})

    def stop(self) -> None:
        """End the running reply at once and keep what was said."""
        if self._draft is None or self._task is None:
            return
        self._ending.add(self._task)
        self._task.add_done_callback(self._ending.discard)
        self._task.cancel()
        self._finish(self._draft, "stopped")

    def _answer(self, question: Entry, *, added: bool, node: str = "") -> None:
        reply = Entry(id=new_id(), parent=question.id, role=Role.ASSISTANT, state="running", node=node)
        self._begin(Draft(reply), question, added=added)

    def _begin(self, draft: Draft, question: Entry, *, added: bool = False) -> None:
        self._draft = draft
        if added:
            self._audience.tell({"t": "add", "entries": [entry_data(question), entry_data(draft.entry())]})
            self._grown(self.conversation)
        else:
            self._audience.tell(self.snapshot())
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
            files = await files_told(self._kept, self.conversation, question)
            events = app.stream(ask_of(app, spec, self.conversation, question, draft, files=files))
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
        self._audience.tell({"t": "end", "id": entry.id, "entry": self._told(entry)})
        self._grown(self.conversation)

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
            if change["t"] == "anew":
                self._audience.tell(self.snapshot())
                continue
            if "entry" in change:
                change["entry"] = {**entry_data(change["entry"]), **running_data(self._draft.queue, self._draft.at)}
            self._audience.tell(change)

    def _keep(self, entry: Entry, requests: tuple[Request, ...] = ()) -> None:
        self.conversation = self.conversation.with_entry(entry)
        self._keeper.save(self.conversation, entry, requests)

    def _growing(self) -> tuple[Conversation, Entry] | None:
        if self._draft is None:
            return None
        entry = self._draft.entry()
        return self.conversation.with_entry(entry), entry

    def _not_stored(self, error: StoreUnavailable) -> None:
        if self._draft is not None and not self._draft.warned:
            self._draft.warned = True
            self._draft.take(Notice("degraded", f"{error.message} {error.help}".strip()))
            self._soon()
