"""Where conversations are kept: the seam that the page stands on."""

from __future__ import annotations

import asyncio
from typing import Protocol

from lazyflow.errors import LazyflowError
from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.files import Files
from lazyflow.store.summary import Match, Place, Summary


class Conversations(Files, Protocol):
    """Keeps conversations, each for one person: nobody reads or changes another's.

    Every method is called on the event loop and never blocks it. All but `save` and `adjust` raise `StoreUnavailable`
    where the store cannot be reached; what was stored before stays.
    """

    def save(
        self, conversation: Conversation, entry: Entry, requests: tuple[Request, ...] = ()
    ) -> asyncio.Future[None]:
        """Keep the newest state of `entry`, one of `conversation`'s, and show its branch. Only the entry is written.

        What a person says in a conversation that was deleted meanwhile, in another tab, restores it.
        Saves are done in the order of the calls. The future is done when the entry would survive a crash; it fails
        with `StoreUnavailable`, and then the entry is written with the next save of the conversation. `requests` are
        what models were sent for this reply.
        """

    def adjust(self, conversation: Conversation) -> asyncio.Future[None]:
        """Keep the settings of `conversation`; those of one that is not kept yet come with its first message.

        Done in order with the saves; the future fails with `StoreUnavailable`.
        """

    async def load(self, person: str, conversation: str) -> Conversation | None:
        """The conversation with this id if it is this person's. A reply that nobody finished is «interrupted»."""

    async def requests(self, person: str, conversation: str, entry: str) -> tuple[Request, ...]:
        """What models were sent for this reply."""

    async def summary(self, person: str, conversation: str) -> Summary | None:
        """One line of the list."""

    async def recent(self, person: str, before: Place | None = None, limit: int = 50) -> tuple[Summary, ...]:
        """The list, newest first: all that are pinned and then `limit` others; further pages begin after `before`."""

    async def search(self, person: str, text: str, limit: int = 50) -> tuple[Match, ...]:
        """Conversations with `text` in their title or any message, newest first, upper and lower case alike."""

    async def rename(self, person: str, conversation: str, title: str) -> None:
        """Give a title."""

    async def entitle(self, person: str, conversation: str, title: str, *, instead_of: str) -> bool:
        """Give a title where it still has this other one, which nobody gave; whether that was so."""

    async def pin(self, person: str, conversation: str, *, pinned: bool) -> None:
        """Keep at the top of the list, or no longer."""

    async def delete(self, person: str, conversation: str) -> None:
        """Hide everywhere; `restore` undoes it for 30 days."""

    async def restore(self, person: str, conversation: str) -> None:
        """Undo `delete`."""

    async def remove(self, person: str, conversation: str, entry: str) -> None:
        """Hide a message and all that follow it; `bring_back` undoes it for 30 days."""

    async def bring_back(self, person: str, conversation: str, entry: str) -> None:
        """Undo `remove` of this message."""

    async def add(self, conversation: Conversation, summary: Summary) -> None:
        """Keep a whole conversation, such as an imported one, with the title and the times of `summary`."""


class StoreUnavailable(LazyflowError):
    """Conversations cannot be kept or read now: a full disk, a database that is locked, read-only or out of reach."""
