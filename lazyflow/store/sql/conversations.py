"""Conversations in a database: reads side by side, writes one after the other, the event loop free."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, update
from sqlalchemy.exc import SQLAlchemyError

from lazyflow.messages import File
from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.files import Attachment
from lazyflow.store.sql.failures import unavailable
from lazyflow.store.sql.filing import drop_file, read_attachments, read_files, write_file
from lazyflow.store.sql.reading import read_conversation, read_recent, read_requests, read_summary
from lazyflow.store.sql.removing import bring_back_entry, remove_entry
from lazyflow.store.sql.saving import save_settings, save_whole
from lazyflow.store.sql.searching import is_indexed, search
from lazyflow.store.sql.tables import conversations
from lazyflow.store.sql.text import storable
from lazyflow.store.sql.unsaved import Saving, Unsaved
from lazyflow.store.sql.writer import Writer
from lazyflow.store.summary import LONGEST_TITLE, Match, Place, Summary

T = TypeVar("T")
READERS = 2
PATIENCE = 1.0
"""Seconds that a read waits for writes before it: with a database that hangs, what is there is shown."""


class SqlConversations:
    """`Conversations` over an engine whose database is prepared. `close` must be called."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock
        self._writer = Writer(engine)
        self._readers = ThreadPoolExecutor(READERS, "lazyflow-reads")
        self._unsaved = Unsaved()
        with engine.connect() as connection:
            self._indexed = is_indexed(connection)

    def save(
        self, conversation: Conversation, entry: Entry, requests: tuple[Request, ...] = ()
    ) -> asyncio.Future[None]:
        """Keep the newest state of one message, and what could not be stored before it."""
        saving = Saving(self._unsaved, conversation, entry, requests, self._clock())
        return self._writer.submit(saving.write, saving.over)

    def adjust(self, conversation: Conversation) -> asyncio.Future[None]:
        """Keep the settings of a conversation that is kept."""
        return self._writer.submit(lambda connection: save_settings(connection, conversation))

    async def load(self, person: str, conversation: str) -> Conversation | None:
        """The conversation with this id if it is this person's."""
        found = await self._read(lambda connection: read_conversation(connection, person, conversation))
        # What could not be stored is not lost as long as this process lives.
        found = self._unsaved.newest(person, conversation) or found
        return found.interrupted() if found is not None else None

    async def requests(self, person: str, conversation: str, entry: str) -> tuple[Request, ...]:
        """What models were sent for this reply."""
        return await self._read(lambda connection: read_requests(connection, person, conversation, entry))

    async def summary(self, person: str, conversation: str) -> Summary | None:
        """One line of the list."""
        return await self._read(lambda connection: read_summary(connection, person, conversation))

    async def recent(self, person: str, before: Place | None = None, limit: int = 50) -> tuple[Summary, ...]:
        """The list, newest first."""
        return await self._read(lambda connection: read_recent(connection, person, before, limit))

    async def search(self, person: str, text: str, limit: int = 50) -> tuple[Match, ...]:
        """Conversations with `text` in their title or any message, newest first."""
        sought = storable(text)
        return await self._read(lambda connection: search(connection, person, sought, limit, indexed=self._indexed))

    async def rename(self, person: str, conversation: str, title: str) -> None:
        """Give a title."""
        await self._change(person, conversation, title=fitting(title))

    async def entitle(self, person: str, conversation: str, title: str, *, instead_of: str) -> bool:
        """Give a title where it still has this other one."""
        untouched = conversations.c.title == fitting(instead_of)
        return await self._change(person, conversation, untouched, title=fitting(title))

    async def pin(self, person: str, conversation: str, *, pinned: bool) -> None:
        """Keep at the top of the list, or no longer."""
        await self._change(person, conversation, pinned=pinned)

    async def delete(self, person: str, conversation: str) -> None:
        """Hide everywhere; it is forgotten for good at a start of the app 30 days later."""
        await self._change(person, conversation, deleted_at=self._clock())

    async def restore(self, person: str, conversation: str) -> None:
        """Undo `delete`."""
        await self._change(person, conversation, deleted_at=None)

    async def remove(self, person: str, conversation: str, entry: str) -> None:
        """Hide a message and all that follow it."""
        now = self._clock()
        await self._writer.submit(lambda connection: remove_entry(connection, person, conversation, entry, now))
        self._unsaved.removed(person, conversation, entry)

    async def bring_back(self, person: str, conversation: str, entry: str) -> None:
        """Undo `remove`."""
        await self._writer.submit(lambda connection: bring_back_entry(connection, person, conversation, entry))

    async def add(self, conversation: Conversation, summary: Summary) -> None:
        """Keep a whole conversation."""
        await self._writer.submit(lambda connection: save_whole(connection, conversation, summary))

    async def keep_file(self, person: str, id: str, file: File, most: float = inf) -> None:  # noqa: A002 - its name
        """Keep a file that no message has yet, where there is room."""
        now = self._clock()
        await self._writer.submit(lambda connection: write_file(connection, person, id, file, now=now, most=most))

    async def attachments(self, person: str, ids: Sequence[str]) -> tuple[Attachment, ...]:
        """Those of the files that are this person's."""
        return await self._read(lambda connection: read_attachments(connection, person, ids)) if ids else ()

    async def files(self, person: str, ids: Sequence[str]) -> Mapping[str, File]:
        """The same with their contents."""
        return await self._read(lambda connection: read_files(connection, person, ids)) if ids else {}

    async def drop_file(self, person: str, id: str) -> None:  # noqa: A002 - its name
        """Forget a file, unless a message has it."""
        await self._writer.submit(lambda connection: drop_file(connection, person, id))

    async def close(self) -> None:
        """Store what is waiting and let the database go."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        self._engine.dispose()

    async def _change(self, person: str, conversation: str, *where: ColumnElement[bool], **values: Any) -> bool:
        own = (conversations.c.person == person) & (conversations.c.id == storable(conversation))
        statement = update(conversations).where(own, *where).values(values)
        return await self._writer.submit(lambda connection: bool(connection.execute(statement).rowcount))

    async def _read(self, query: Callable[[Connection], T]) -> T:
        await self._writer.catch_up(PATIENCE)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._answer, query)

    def _answer(self, query: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return query(connection)
        except SQLAlchemyError as error:
            raise unavailable(error) from error


def fitting(title: str) -> str:
    """A title as it is kept."""
    return storable(title)[:LONGEST_TITLE]
