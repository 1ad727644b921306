from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from lazyflow.errors import LazyflowError
from lazyflow.store.opening import open_conversations
from tests.store.kept import answered, app_in, asked, empty, keep, opened, unfinished


async def refusal(folder: Path, store: str) -> LazyflowError:
    with pytest.raises(LazyflowError) as caught:
        async with opened(folder, store):
            pass
    assert caught.value.help
    assert "Traceback" not in str(caught.value)
    return caught.value


async def test_conversations_are_there_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        told = await keep(kept, empty(), asked("q", "hi"), answered("a", "ho", "q"))
    async with opened(tmp_path) as kept:
        assert await kept.load("ann", "c1") == told


async def test_what_was_not_awaited_is_stored_when_the_app_ends(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        told = empty()
        for number in range(50):
            said = asked(f"q{number}", "hi")
            told = told.with_entry(said)
            kept.save(told, said)
    async with opened(tmp_path) as kept:
        assert await kept.load("ann", "c1") == told


async def test_a_reply_that_was_running_is_interrupted_and_found(tmp_path: Path) -> None:
    async with opened(tmp_path) as kept:
        await keep(kept, empty(), asked("q", "hi"), unfinished(answered("a", "halfway there", "q")))
        assert await kept.search("ann", "halfway") == ()
    async with opened(tmp_path) as kept:
        assert len(await kept.search("ann", "halfway")) == 1
        told = await kept.load("ann", "c1")
        assert told is not None
        assert told.entries["a"].state == "interrupted"


async def test_a_second_process_on_the_file_does_not_end_a_reply_for_good(tmp_path: Path) -> None:
    async with opened(tmp_path) as first:
        told = await keep(first, empty(), asked("q", "hi"), unfinished(answered("a", "half", "q")))
        async with opened(tmp_path) as second:
            told = await keep(first, told, answered("a", "half and whole", "q"))
            assert await second.load("ann", "c1") == told
            assert len(await second.search("ann", "and whole")) == 1


async def test_without_a_store_each_app_has_a_private_file_of_its_own(tmp_path: Path) -> None:
    for name in ("My App!", "other"):
        async with open_conversations(*app_in(tmp_path, None, name), tmp_path / "data") as kept:
            await keep(kept, empty(), asked("q", name))
    folder = tmp_path / "data" / "conversations"
    mine, other = sorted(folder.glob("*.db"))
    assert mine.name.startswith("my-app-")
    assert other.name.startswith("other-")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600


@pytest.mark.parametrize("store", ["kept/chats.db", "sqlite:///kept/chats.db"])
async def test_a_relative_path_begins_at_the_app(tmp_path: Path, store: str) -> None:
    async with opened(tmp_path, store) as kept:
        await keep(kept, empty(), asked("q", "hi"))
        for file in (tmp_path / "kept").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (tmp_path / "kept" / "chats.db").is_file()


async def test_a_place_that_cannot_be_written_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    told = await refusal(tmp_path, "file/chats.db")
    assert str(tmp_path / "file" / "chats.db") in told.message


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "chats.db").mkdir()
    assert "is a directory" in (await refusal(tmp_path, "chats.db")).message


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "chats.db").write_text("a shopping list\n" * 100)
    assert "no database" in (await refusal(tmp_path, "chats.db")).message
    assert (tmp_path / "chats.db").read_text() == "a shopping list\n" * 100


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "chats.db") as connection:
        connection.execute("CREATE TABLE invoices (id INTEGER)")
    connection.close()
    assert "'invoices'" in (await refusal(tmp_path, "chats.db")).message


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "chats.db") as connection:
        connection.execute("UPDATE lazyflow_version SET version_num = '9999'")
    connection.close()
    assert "newer lazyflow" in (await refusal(tmp_path, "chats.db")).message


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("mysql://u:hunter2@h/d", "mysql"),
        ("postgresql+nosuch://u:hunter2@h/d", "postgresql+nosuch"),
        ("postgresql+psycopg2://u:hunter2@h/d", "psycopg2 is not installed"),
        ("postgresql+psycopg_async://u:hunter2@h/d", "asynchronous"),
        ("postgresql://u:hunter2@127.0.0.1:1/d", "cannot be reached"),
        ("post gres://u:hunter2@h", "no database URL"),
    ],
)
async def test_a_url_that_cannot_be_used_is_told_without_its_password(tmp_path: Path, store: str, words: str) -> None:
    told = await refusal(tmp_path, store)
    assert words in told.message
    assert "hunter2" not in f"{told.message} {told.help}"


async def test_a_path_that_cannot_be_is_refused_in_words(tmp_path: Path) -> None:
    assert "NUL" in (await refusal(tmp_path, "a\0b")).message
