"""Where conversations are kept: the seam, and the simplest place, this process's memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from lazyflow.store.conversation import Conversation

MOST = 10_000


class Conversations(Protocol):
    """Keeps conversations, each for one person."""

    def load(self, person: str, conversation: str) -> Conversation | None:
        """The conversation with this id if it is this person's."""

    def save(self, conversation: Conversation) -> None:
        """Keep the newest state of a conversation."""


class InMemory:
    """Keeps the most recently used conversations until the process ends."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], Conversation] = OrderedDict()

    def load(self, person: str, conversation: str) -> Conversation | None:
        """The conversation with this id if it is this person's."""
        return self._kept.get((person, conversation))

    def save(self, conversation: Conversation) -> None:
        """Keep the newest state; the longest untouched conversation goes where there are too many."""
        key = (conversation.person, conversation.id)
        self._kept[key] = conversation
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
