"""A disk that is full, a database that is held by another or read-only: told in words, and nothing is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from lazyflow.store.conversations import StoreUnavailable
from lazyflow.store.place import SqliteFile
from lazyflow.store.sql.conversations import SqlConversations
from lazyflow.store.sql.engine import engine_of
from tests.store.kept import answered, asked, empty, keep, opened

LONG = "a long answer " * 10_000


async def store_with(folder: Path, *pragmas: str) -> SqlConversations:
    """A store in which each connection gets some more settings."""
    async with opened(folder):
        pass
    engine = engine_of(SqliteFile(folder / "chats.db"))
    event.listen(engine, "connect", lambda connection, _: [connection.execute(pragma) for pragma in pragmas])
    return SqlConversations(engine)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Another program is writing."""
    with closing(sqlite3.connect(folder / "chats.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_a_full_disk_is_told_and_what_was_stored_stays(tmp_path: Path) -> None:
    store = await store_with(tmp_path, "PRAGMA max_page_count = 60")
    told = await keep(store, empty(), asked("q", "hi"), answered("a", "ho", "q"))
    with pytest.raises(StoreUnavailable, match="disk is full"):
        await keep(store, told, asked("q2", LONG, "a"))
    await store.close()
    async with opened(tmp_path) as kept:
        assert await kept.load("ann", "c1") == told


async def test_a_read_only_database_is_told_and_can_still_be_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        told = await keep(kept, empty(), asked("q", "hi"))
    store = await store_with(tmp_path, "PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match="read-only"):
        await keep(store, empty("c2"), asked("q", "hi"))
    with pytest.raises(StoreUnavailable, match="read-only"):
        await store.rename("ann", "c1", "other")
    assert await store.load("ann", "c1") == told
    await store.close()


async def test_what_could_not_be_stored_is_shown_and_stored_with_the_next_message(tmp_path: Path) -> None:
    store = await store_with(tmp_path, "PRAGMA busy_timeout = 50")
    told = await keep(store, empty(), asked("q", "hi"))
    with held(tmp_path):
        told = told.with_entry(answered("a", "ho", "q"))
        with pytest.raises(StoreUnavailable, match="Another program holds"):
            await store.save(told, told.entries["a"])
        told = told.with_entry(asked("q2", "more", "a"))
        with pytest.raises(StoreUnavailable):
            await store.save(told, told.entries["q2"])
        assert await store.load("ann", "c1") == told
    told = await keep(store, told, answered("a2", "yes", "q2"))
    await store.close()
    async with opened(tmp_path) as kept:
        assert await kept.load("ann", "c1") == told


async def test_a_file_that_is_gone_is_told_and_what_was_said_is_stored_when_it_is_back(tmp_path: Path) -> None:
    store = await store_with(tmp_path)
    told = await keep(store, empty(), asked("q", "hi"))
    moved = (tmp_path / "chats.db").rename(tmp_path / "moved.db")
    told = told.with_entry(answered("a", "ho", "q"))
    with pytest.raises(StoreUnavailable, match=r"chats\.db was moved, replaced or deleted"):
        await store.save(told, told.entries["a"])
    (tmp_path / "chats.db").write_bytes(moved.read_bytes())
    with pytest.raises(StoreUnavailable, match="replaced"):
        await store.rename("ann", "c1", "other")
    assert await store.load("ann", "c1") == told
    moved.rename(tmp_path / "chats.db")
    told = await keep(store, told, asked("q2", "more", "a"))
    await store.close()
    async with opened(tmp_path) as kept:
        assert await kept.load("ann", "c1") == told


async def test_reads_do_not_wait_for_a_database_that_is_held(tmp_path: Path) -> None:
    store = await store_with(tmp_path)
    told = await keep(store, empty(), asked("q", "hi"))
    with held(tmp_path):
        assert await store.load("ann", "c1") == told
        assert len(await store.recent("ann")) == 1
    await store.close()


async def test_more_than_the_writer_can_hold_is_refused_and_not_lost(tmp_path: Path) -> None:
    store = await store_with(tmp_path)
    store._writer._waiting.maxsize = 2
    told, saves = empty(), []
    with held(tmp_path):
        parent = None
        for number in range(6):
            said = asked(f"q{number}", "hi", parent)
            told, parent = told.with_entry(said), said.id
            saves.append(store.save(told, said))
        failed = [save for save in saves if save.done()]
        assert failed
        for save in failed:
            with pytest.raises(StoreUnavailable, match="cannot keep up"):
                await save
    for save in saves:
        if save not in failed:
            await save
    told = await keep(store, told, answered("a", "ho", "q5"))
    await store.close()
    async with opened(tmp_path) as kept:
        assert await kept.load("ann", "c1") == told
