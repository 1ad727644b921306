"""What could not be stored: kept in memory and written with the next save of the same conversation."""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import Connection

from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.sql.saving import save_entry

Key = tuple[str, str]
Late = tuple[Entry, tuple[Request, ...]]


class Unsaved:
    """The messages that each conversation's database is behind by. Any thread may ask and tell."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[Key, Conversation] = {}
        self._late: dict[Key, dict[str, tuple[Request, ...]]] = {}

    def newest(self, person: str, conversation: str) -> Conversation | None:
        """The conversation as it was last said, where the database is behind."""
        with self._lock:
            return self._newest.get((person, conversation))

    def before(self, conversation: Conversation, entry: Entry) -> tuple[Late, ...]:
        """The messages to write before `entry`, in the order in which they were said."""
        with self._lock:
            late = self._late.get((conversation.person, conversation.id), {})
            return tuple(
                (said, late[said.id])
                for said in conversation.entries.values()
                if said.id in late and said.id != entry.id
            )

    def failed(self, conversation: Conversation, entry: Entry, requests: tuple[Request, ...]) -> None:
        """A save could not be done: one more message is late."""
        key = (conversation.person, conversation.id)
        with self._lock:
            known = self._newest.get(key)
            if known is None or len(known.entries) <= len(conversation.entries):
                self._newest[key] = conversation
            self._late.setdefault(key, {})[entry.id] = requests

    def removed(self, person: str, conversation: str, entry: str) -> None:
        """A message was removed with all that follows it: none of that is late any more."""
        key = (person, conversation)
        with self._lock:
            known = self._newest.get(key)
            if known is not None and entry in known.entries:
                self._newest[key] = known.without(entry)
                self._forget(key, known.below(entry))

    def stored(self, conversation: Conversation, written: tuple[Entry, ...]) -> None:
        """A save was done, with the late messages that it brought along."""
        key = (conversation.person, conversation.id)
        with self._lock:
            self._forget(key, {entry.id for entry in written})

    def _forget(self, key: Key, entries: AbstractSet[str]) -> None:
        late = self._late.get(key, {})
        for entry in entries:
            late.pop(entry, None)
        if not late:
            self._late.pop(key, None)
            self._newest.pop(key, None)


@dataclass(slots=True)
class Saving:
    """One save of `entry`, which brings along what is late in its conversation."""

    unsaved: Unsaved
    conversation: Conversation
    entry: Entry
    requests: tuple[Request, ...]
    now: float
    written: tuple[Entry, ...] = ()

    def write(self, connection: Connection) -> None:
        """Do it."""
        late = self.unsaved.before(self.conversation, self.entry)
        for entry, requests in (*late, (self.entry, self.requests)):
            save_entry(connection, self.conversation, entry, requests, self.now)
        self.written = (*(entry for entry, _ in late), self.entry)

    def over(self, stored: bool) -> None:
        """Remember how it went."""
        if stored:
            self.unsaved.stored(self.conversation, self.written)
        else:
            self.unsaved.failed(self.conversation, self.entry, self.requests)
