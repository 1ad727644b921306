"""The simplest place for conversations: this process's memory."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from lazyflow.messages import Role
from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry, brought_back
from lazyflow.store.files import Attachment
from lazyflow.store.files_in_memory import FilesInMemory
from lazyflow.store.summary import LONGEST_TITLE, Match, Place, Summary, excerpt_of, title_of

MOST = 10_000


@dataclass(slots=True)
class Kept:
    """One conversation, its line in the list, what models were sent for each reply.

    `removed` is when a message, named by its id, was removed with what followed it, and the conversation before that.
    """

    conversation: Conversation
    summary: Summary
    deleted: float | None = None
    requests: dict[str, tuple[Request, ...]] = field(default_factory=dict)
    removed: dict[str, tuple[float, Conversation]] = field(default_factory=dict)


class InMemory(FilesInMemory):
    """Keeps the most recently used conversations until the process ends."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock)
        self._most = most
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()

    def save(
        self, conversation: Conversation, entry: Entry, requests: tuple[Request, ...] = ()
    ) -> asyncio.Future[None]:
        """Keep the newest state; the longest untouched conversation goes where there are too many."""
        key = (conversation.person, conversation.id)
        now = self._clock()
        kept = self._kept.get(key)
        if kept is None:
            summary = Summary(id=conversation.id, title=title_of(entry.gist), created=now, updated=now)
            kept = self._kept[key] = Kept(conversation, summary)
        kept.conversation = conversation
        self.sent(conversation.person, entry.files)
        # What a person says in a deleted conversation restores it.
        kept.deleted = None if entry.role is Role.USER else kept.deleted
        kept.summary = replace(kept.summary, updated=now)
        if requests:
            kept.requests[entry.id] = requests
        self._kept.move_to_end(key)
        self._forget()
        return done()

    def adjust(self, conversation: Conversation) -> asyncio.Future[None]:
        """Keep the settings."""
        kept = self._kept.get((conversation.person, conversation.id))
        if kept is not None:
            kept.conversation = replace(kept.conversation, settings=conversation.settings)
        return done()

    async def load(self, person: str, conversation: str) -> Conversation | None:
        """The conversation with this id if it is this person's."""
        kept = self._found(person, conversation)
        return kept.conversation.interrupted() if kept is not None else None

    async def requests(self, person: str, conversation: str, entry: str) -> tuple[Request, ...]:
        """What models were sent for this reply."""
        kept = self._found(person, conversation)
        return kept.requests.get(entry, ()) if kept is not None else ()

    async def summary(self, person: str, conversation: str) -> Summary | None:
        """One line of the list."""
        kept = self._found(person, conversation)
        return kept.summary if kept is not None else None

    async def recent(self, person: str, before: Place | None = None, limit: int = 50) -> tuple[Summary, ...]:
        """The list, newest first."""
        own = [kept.summary for kept in self._of(person)]
        pinned = [summary for summary in own if summary.pinned and before is None]
        others = [one for one in own if not one.pinned and (before is None or one.place < before)]
        return (*pinned, *others[:limit])

    async def search(self, person: str, text: str, limit: int = 50) -> tuple[Match, ...]:
        """Conversations with `text` in their title or any message, newest first."""
        found = [match for kept in self._of(person) if (match := match_in(kept, text)) is not None]
        return tuple(found[:limit])

    async def rename(self, person: str, conversation: str, title: str) -> None:
        """Give a title."""
        kept = self._found(person, conversation)
        if kept is not None:
            kept.summary = replace(kept.summary, title=title[:LONGEST_TITLE])

    async def entitle(self, person: str, conversation: str, title: str, *, instead_of: str) -> bool:
        """Give a title where it still has this other one."""
        kept = self._found(person, conversation)
        if kept is None or kept.summary.title != instead_of:
            return False
        await self.rename(person, conversation, title)
        return True

    async def pin(self, person: str, conversation: str, *, pinned: bool) -> None:
        """Keep at the top of the list, or no longer."""
        kept = self._found(person, conversation)
        if kept is not None:
            kept.summary = replace(kept.summary, pinned=pinned)

    async def delete(self, person: str, conversation: str) -> None:
        """Hide everywhere until it is restored."""
        kept = self._kept.get((person, conversation))
        if kept is not None:
            kept.deleted = self._clock()

    async def restore(self, person: str, conversation: str) -> None:
        """Undo `delete`."""
        kept = self._kept.get((person, conversation))
        if kept is not None:
            kept.deleted = None

    async def remove(self, person: str, conversation: str, entry: str) -> None:
        """Hide a message and all that follow it."""
        kept = self._kept.get((person, conversation))
        if kept is not None and entry in kept.conversation.entries:
            kept.removed[entry] = (self._clock(), kept.conversation)
            kept.conversation = kept.conversation.without(entry)

    async def bring_back(self, person: str, conversation: str, entry: str) -> None:
        """Undo `remove`."""
        kept = self._kept.get((person, conversation))
        if kept is not None and (old := kept.removed.pop(entry, None)) is not None:
            kept.conversation = brought_back(kept.conversation, old[1], entry)

    async def add(self, conversation: Conversation, summary: Summary) -> None:
        """Keep a whole conversation."""
        for entry in conversation.entries.values():
            self.sent(conversation.person, entry.files)
        self._kept[(conversation.person, conversation.id)] = Kept(conversation, replace(summary, id=conversation.id))
        self._forget()

    def deleted(self, person: str, before: float) -> Iterable[Attachment]:
        """The files that only messages have which the person deleted `before` this moment."""
        safe: set[Attachment] = set()
        gone: set[Attachment] = set()
        for (owner, _), kept in self._kept.items():
            if owner != person:
                continue
            (safe if kept.deleted is None or kept.deleted >= before else gone).update(files_in(kept.conversation))
            for since, conversation in kept.removed.values():
                (safe if since >= before else gone).update(files_in(conversation))
        return gone - safe

    def _found(self, person: str, conversation: str) -> Kept | None:
        kept = self._kept.get((person, conversation))
        return kept if kept is not None and kept.deleted is None else None

    def _of(self, person: str) -> list[Kept]:
        own = [kept for (owner, _), kept in self._kept.items() if owner == person and kept.deleted is None]
        return sorted(own, key=lambda kept: kept.summary.place, reverse=True)

    def _forget(self) -> None:
        while len(self._kept) > self._most:
            (person, _), gone = self._kept.popitem(last=False)
            self.forget(person, {file for said in (gone.conversation, *old(gone)) for file in files_in(said)})


def old(kept: Kept) -> Iterable[Conversation]:
    """What it was before messages were removed."""
    return (conversation for _, conversation in kept.removed.values())


def files_in(conversation: Conversation) -> Iterable[Attachment]:
    """What its messages have."""
    return (file for entry in conversation.entries.values() for file in entry.files)


def done() -> asyncio.Future[None]:
    """A future that is over."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    over.set_result(None)
    return over


def match_in(kept: Kept, text: str) -> Match | None:
    """The newest message with `text`, else the title; None where neither has it."""
    sought = text.casefold()
    for entry in reversed(tuple(kept.conversation.entries.values())):
        if sought in entry.text.casefold():
            return Match(summary=kept.summary, entry=entry.id, excerpt=excerpt_of(entry.text, text))
    return Match(summary=kept.summary) if sought in kept.summary.title.casefold() else None
