"""Stores a room's conversation as it is said: a person's message at once, a growing reply twice a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.conversations import Conversations, StoreUnavailable

EVERY = 0.5
"""Seconds between two saves of a growing reply: with the time a save takes, a reply is stored each second."""

log = logging.getLogger(__name__)
Growing = Callable[[], "tuple[Conversation, Entry] | None"]


class Keeper:
    """Saves without making anybody wait. `warn` is told once a reply when something could not be stored."""

    def __init__(self, kept: Conversations, growing: Growing, warn: Callable[[StoreUnavailable], None]) -> None:
        self._kept = kept
        self._growing = growing
        self._warn = warn
        self._timer: asyncio.TimerHandle | None = None
        self._saving: asyncio.Future[None] | None = None

    def save(
        self, conversation: Conversation, entry: Entry, requests: tuple[Request, ...] = ()
    ) -> asyncio.Future[None]:
        """Store one entry; a failure is told."""
        saving = self._kept.save(conversation, entry, requests)
        saving.add_done_callback(self._saved)
        return saving

    def adjust(self, conversation: Conversation) -> None:
        """Store what the person set; a failure is told."""
        self._kept.adjust(conversation).add_done_callback(self._saved)

    async def begin(self) -> None:
        """A reply begins: when this returns, all that was saved before is on disk, or a failure was told.

        From now on a process that ends leaves the reply «interrupted».
        """
        self._store()
        if self._saving is not None:
            await asyncio.wait([self._saving])

    def grow(self) -> None:
        """The reply has more than was stored: store it soon, once the save before is done."""
        if self._timer is None and (self._saving is None or self._saving.done()):
            self._timer = asyncio.get_running_loop().call_later(EVERY, self._store)

    def _store(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        growing = self._growing()
        if growing is not None:
            self._saving = self.save(*growing)

    def _saved(self, saving: asyncio.Future[None]) -> None:
        if saving.cancelled():
            return
        match saving.exception():
            case None:
                pass
            case StoreUnavailable() as error:
                log.warning("a conversation was not stored: %s", error)
                self._warn(error)
            case error:
                log.error("a conversation was not stored", exc_info=error)
