"""What every store promises of attached files: in memory, in SQLite and in PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lazyflow.messages import File
from lazyflow.store.conversation import Entry
from lazyflow.store.conversations import Conversations
from lazyflow.store.files import UNSENT_SECONDS, WAY_SECONDS, attachment_of
from lazyflow.store.in_memory import InMemory
from lazyflow.store.place import SqliteFile
from lazyflow.store.sql.conversations import SqlConversations
from lazyflow.store.sql.engine import engine_of
from lazyflow.store.summary import Summary
from lazyflow.uploads.refused import UploadRefused
from tests.store.kept import answered, asked, empty, keep, opened

NOTES = File("größe \ud83d.txt", "text/plain", b"one \xff two", "one two\0")
PICTURE = File("p.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


def with_files(entry: Entry, **files: File) -> Entry:
    return replace(entry, files=tuple(attachment_of(name, file) for name, file in files.items()))


async def test_a_file_comes_back_byte_for_byte(kept: Conversations) -> None:
    await kept.keep_file("ann", "f1", PICTURE)
    await kept.keep_file("ann", "f2", NOTES)
    assert (await kept.files("ann", ["f1"]))["f1"] == PICTURE
    back = (await kept.files("ann", ["f2", "no such"]))["f2"]
    assert (back.data, back.media_type) == (NOTES.data, "text/plain")
    assert back.name.startswith("größe ")
    assert back.text.startswith("one two")
    assert [one.id for one in await kept.attachments("ann", ["f2", "no such", "f1", "f2"])] == ["f2", "f1"]
    assert await kept.attachments("ann", []) == ()
    assert await kept.files("ann", []) == {}


async def test_nobody_gets_or_drops_another_persons_file(kept: Conversations) -> None:
    await kept.keep_file("ann", "f1", PICTURE)
    await kept.drop_file("bob", "f1")
    assert await kept.files("bob", ["f1"]) == {}
    assert await kept.attachments("bob", ["f1"]) == ()
    await keep(kept, empty("c1", "bob"), with_files(asked("q", "mine?"), f1=PICTURE))
    assert await kept.files("bob", ["f1"]) == {}
    assert (await kept.files("ann", ["f1"]))["f1"] == PICTURE


async def test_a_message_keeps_its_files_in_their_order(kept: Conversations) -> None:
    for name in ("b", "a"):
        await kept.keep_file("ann", name, PICTURE)
    told = await keep(kept, empty(), with_files(asked("q", "look"), b=PICTURE, a=PICTURE), answered("a", "Yes", "q"))
    told = await keep(kept, told, told.entries["q"])
    back = await kept.load("ann", "c1")
    assert back == told
    assert back is not None
    assert [one.id for one in back.entries["q"].files] == ["b", "a"]


async def test_an_edited_message_has_the_same_files(kept: Conversations) -> None:
    await kept.keep_file("ann", "f1", PICTURE)
    told = await keep(kept, empty(), *(with_files(asked(name, name), f1=PICTURE) for name in ("q1", "q2")))
    assert await kept.load("ann", "c1") == told


async def test_a_message_without_words_is_called_by_its_files(kept: Conversations) -> None:
    await kept.keep_file("ann", "f1", PICTURE)
    await keep(kept, empty(), with_files(asked("q", ""), f1=PICTURE))
    assert [summary.title for summary in await kept.recent("ann")] == ["p.png"]


async def test_a_file_is_dropped_until_a_message_has_it(kept: Conversations) -> None:
    for name in ("f1", "f2"):
        await kept.keep_file("ann", name, PICTURE)
    await keep(kept, empty(), with_files(asked("q", "look"), f1=PICTURE))
    await kept.drop_file("ann", "f1")
    await kept.drop_file("ann", "f2")
    assert list(await kept.files("ann", ["f1", "f2"])) == ["f1"]


async def test_a_conversation_that_is_added_whole_keeps_its_files(kept: Conversations) -> None:
    await kept.keep_file("ann", "f1", PICTURE)
    told = empty().with_entry(with_files(asked("q", "look"), f1=PICTURE))
    await kept.add(told, Summary(id="", title="t", created=1.0, updated=1.0))
    assert await kept.load("ann", "c1") == told
    await kept.drop_file("ann", "f1")
    assert list(await kept.files("ann", ["f1"])) == ["f1"]


def counts(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as connection:
        tables = ("files", "contents", "attached")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608 - our own names


def age(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


async def test_one_content_is_stored_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        for person, name in (("ann", "f1"), ("ann", "f2"), ("bob", "f1")):
            await kept.keep_file(person, name, replace(PICTURE, name=f"{person} {name}"))
    assert counts(tmp_path / "chats.db") == {"files": 3, "contents": 1, "attached": 0}


@pytest.mark.parametrize("gone", ["UPDATE conversations SET deleted_at = 1", "UPDATE entries SET deleted_at = 1"])
async def test_files_go_for_good_with_the_last_message_that_has_them(tmp_path: Path, gone: str) -> None:
    async with opened(tmp_path) as kept:
        await kept.keep_file("ann", "f1", PICTURE)
        await keep(kept, empty(), with_files(asked("q", "look"), f1=PICTURE))
    age(tmp_path / "chats.db", "UPDATE files SET created = 1")
    async with opened(tmp_path):
        pass
    assert counts(tmp_path / "chats.db") == {"files": 1, "contents": 1, "attached": 1}
    age(tmp_path / "chats.db", gone)
    async with opened(tmp_path):
        pass
    assert counts(tmp_path / "chats.db") == {"files": 0, "contents": 0, "attached": 0}


async def test_a_file_that_was_never_sent_is_forgotten_a_day_later(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        await kept.keep_file("ann", "f1", PICTURE)
        age(tmp_path / "chats.db", "UPDATE files SET created = 1")
        await kept.keep_file("ann", "f2", NOTES)
        assert list(await kept.files("ann", ["f1", "f2"])) == ["f2"]


async def test_memory_forgets_files_with_their_conversations_and_unsent_ones_a_day_later() -> None:
    now = 0.0
    kept = InMemory(1, lambda: now)
    for name in ("f1", "f2"):
        await kept.keep_file("ann", name, PICTURE)
    await keep(kept, empty("c1"), with_files(asked("q", "look"), f1=PICTURE))
    now = UNSENT_SECONDS + 1
    await kept.keep_file("ann", "f3", PICTURE)
    assert list(await kept.files("ann", ["f1", "f2", "f3"])) == ["f1", "f3"]
    await keep(kept, empty("c2"), asked("q", "hi"))
    assert list(await kept.files("ann", ["f1", "f3"])) == ["f3"]


LARGE = replace(PICTURE, data=b"x" * 60)
OTHER = replace(PICTURE, data=b"y" * 60)


async def test_a_persons_files_have_room_together_each_content_counted_once(kept: Conversations) -> None:
    for name in ("f1", "f2"):
        await kept.keep_file("ann", name, LARGE, 100)
    with pytest.raises(UploadRefused, match=r"no room for p\.png: one person's files may have 0\.0001 MB"):
        await kept.keep_file("ann", "f3", OTHER, 100)
    await kept.keep_file("bob", "f3", OTHER, 100)
    assert list(await kept.files("ann", ["f1", "f2", "f3"])) == ["f1", "f2"]
    await kept.drop_file("ann", "f1")
    with pytest.raises(UploadRefused):
        await kept.keep_file("ann", "f3", OTHER, 100)
    await kept.drop_file("ann", "f2")
    await kept.keep_file("ann", "f3", OTHER, 100)


@pytest.fixture(params=["memory", "chats.db"])
async def timed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Conversations, list[float]]]:
    """A store and its clock."""
    now = [1_000.0]
    if request.param == "memory":
        yield InMemory(clock=lambda: now[0]), now
        return
    async with opened(tmp_path):
        pass
    store = SqlConversations(engine_of(SqliteFile(tmp_path / "chats.db")), lambda: now[0])
    yield store, now
    await store.close()


@pytest.mark.parametrize("message", ["", "q"])
async def test_files_of_what_was_deleted_make_way_once_that_cannot_be_undone_any_more(
    timed: tuple[Conversations, list[float]], message: str
) -> None:
    kept, now = timed
    for name, file in (("f1", LARGE), ("f2", NOTES)):
        await kept.keep_file("ann", name, file, 100)
    told = await keep(kept, empty(), with_files(asked("q", "look"), f1=LARGE, f2=NOTES))
    await keep(kept, empty("c2"), with_files(asked("q", "and this"), f2=NOTES))
    await (kept.remove("ann", "c1", message) if message else kept.delete("ann", "c1"))
    with pytest.raises(UploadRefused):
        await kept.keep_file("ann", "f3", OTHER, 100)
    now[0] += WAY_SECONDS + 1
    await kept.keep_file("ann", "f3", OTHER, 100)
    # What another message has stays, and what was said comes back all the same.
    assert list(await kept.files("ann", ["f1", "f2", "f3"])) == ["f2", "f3"]
    await (kept.bring_back("ann", "c1", message) if message else kept.restore("ann", "c1"))
    back = await kept.load("ann", "c1")
    assert back is not None
    assert [entry.text for entry in back.path()] == [entry.text for entry in told.path()]
