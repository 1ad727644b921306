"""What could not be stored: kept in memory and written with the next save of the same conversation."""

from __future__ import annotations

from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry

Key = tuple[str, str]


class Unsaved:
    """Changed by the writing thread alone."""

    def __init__(self) -> None:
        self._newest: dict[Key, Conversation] = {}
        self._late: dict[Key, dict[str, tuple[Request, ...]]] = {}

    def newest(self, person: str, conversation: str) -> Conversation | None:
        """The conversation as it was last said, where the database is behind."""
        return self._newest.get((person, conversation))

    def before(self, conversation: Conversation, entry: Entry) -> tuple[Entry, ...]:
        """The messages to write first, in the order in which they were said."""
        late = self._late.get((conversation.person, conversation.id), {})
        return tuple(said for said in conversation.entries.values() if said.id in late and said.id != entry.id)

    def requests(self, conversation: Conversation, entry: Entry) -> tuple[Request, ...]:
        """What models were sent for a late reply."""
        return self._late[(conversation.person, conversation.id)][entry.id]

    def note(self, conversation: Conversation, entry: Entry, requests: tuple[Request, ...], *, stored: bool) -> None:
        """A save was tried: it brought all of the conversation up to date, or left one more message behind."""
        key = (conversation.person, conversation.id)
        if stored:
            self._newest.pop(key, None)
            self._late.pop(key, None)
        else:
            self._newest[key] = conversation
            self._late.setdefault(key, {})[entry.id] = requests
