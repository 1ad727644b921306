"""Faults as a person meets them on the page, over a real database file and a real provider that misbehaves.

Each is a clear notice, and nothing that was said is lost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from lazyflow.engine.open import open_model
from lazyflow.graph.load import Source
from lazyflow.models.locate import locate
from lazyflow.runtime.contract import LiveApp
from lazyflow.runtime.live import Live
from lazyflow.store.conversations import Conversations
from lazyflow.store.place import SqliteFile
from lazyflow.store.sql.conversations import SqlConversations
from lazyflow.store.sql.engine import engine_of
from lazyflow.web.rooms import Rooms
from tests.servers.peer import answer, serving, silent
from tests.store.kept import opened
from tests.web.fake_live import FakeLive
from tests.web.test_room import idle, say, texts

LONG = "a long message " * 20_000


class Disk:
    """A database file whose settings can be changed while it is in use, as an administrator or a full disk does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "chats.db"
        self.pragmas: list[str] = ["PRAGMA busy_timeout = 50"]
        self.engine: Engine = engine_of(SqliteFile(self.path))
        event.listen(self.engine, "checkout", self._told)

    def _told(self, connection: sqlite3.Connection, *_: object) -> None:
        for pragma in self.pragmas:
            connection.execute(pragma)

    @contextmanager
    def told(self, during: str, after: str) -> Iterator[None]:
        self.pragmas.append(during)
        yield
        self.pragmas[-1] = after

    @contextmanager
    def held(self) -> Iterator[None]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")


FAULTS: dict[str, tuple[Callable[[Disk], AbstractContextManager[None]], str]] = {
    "full": (lambda disk: disk.told("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"), "disk is full"),
    "read-only": (lambda disk: disk.told("PRAGMA query_only = ON", "PRAGMA query_only = OFF"), "is read-only"),
    "locked": (Disk.held, "Another program holds the database"),
}


async def told_in(rooms: Rooms, conversation: str) -> list[str]:
    room = await rooms.enter("ann", conversation)
    return [notice for entry in room.conversation.path() for notice in entry.notices]


@pytest.mark.parametrize("fault", FAULTS)
async def test_people_go_on_chatting_are_told_and_lose_nothing(tmp_path: Path, fault: str) -> None:
    async with opened(tmp_path):
        pass
    trouble, words = FAULTS[fault]
    disk = Disk(tmp_path)
    store = SqlConversations(disk.engine)
    room = await Rooms(FakeLive(), "web", store).enter("ann", "")
    say(room, "before")
    await idle(room)
    with trouble(disk):
        say(room, f"during {LONG}")
        await idle(room)
        during = room.conversation.path()[-1]
        assert during.text.startswith("You said: during")
        assert [words in notice for notice in during.notices] == [True]
        assert [summary.id for summary in await store.recent("ann")] == [room.conversation.id]
    say(room, "after")
    await idle(room)
    assert room.conversation.path()[-1].notices == ()
    await store.close()
    async with opened(tmp_path) as kept:
        found = await kept.load("ann", room.conversation.id)
    assert found is not None
    assert [entry.text for entry in found.path()] == texts(room)
    assert len(texts(room)) == 6


class Clock:
    """The machine's time, which somebody sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_a_clock_that_jumps_neither_mixes_up_messages_nor_loses_any(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    clock = Clock()
    store = SqlConversations(engine_of(SqliteFile(tmp_path / "chats.db")), clock)
    room = await Rooms(FakeLive(), "web", store).enter("ann", "")
    for jump in (0, -5 * 365 * 86_400, +9 * 365 * 86_400, -1):
        clock.now += jump
        say(room, f"at {clock.now}")
        await idle(room)
    await store.close()
    async with opened(tmp_path) as kept:
        found = await kept.load("ann", room.conversation.id)
        assert [summary.id for summary in await kept.recent("ann")] == [room.conversation.id]
    assert found is not None
    assert [entry.text for entry in found.path()] == texts(room)


ONLINE = """
version: 1
nodes:
  chat: {{ type: online, source: openai, model: m, api_base: "{url}", api_key: "${{KEY}}", timeout: 4, retries: 0 }}
  web: {{ type: web, target: chat, history: [chat] }}
"""


@pytest.mark.slow
async def test_a_provider_that_stalls_is_told_and_what_it_said_is_kept(tmp_path: Path) -> None:
    async with serving(silent(["Hel", "lo"]), silent(), answer(["well"])) as peer:
        (tmp_path / "app.yaml").write_text(ONLINE.format(url=peer.url))
        live = Live(Source((tmp_path / "app.yaml",), {"KEY": "sk-no-key"}), load=open_model, locate=locate, drain=1.0)
        await live.start()
        try:
            async with opened(tmp_path) as kept:
                told = await stalled(live, kept)
        finally:
            await live.close()
    assert "OpenAI fell silent for 4 s" in told[0]
    assert "OpenAI did not answer within 4 s" in told[1]
    assert told[2] == ""


async def stalled(live: LiveApp, kept: Conversations) -> list[str]:
    """What each of three answers says went wrong; all of them are in the database as they are on the page."""
    room = await Rooms(live, "web", kept).enter("ann", "")
    for message in ("one", "two", "three"):
        say(room, message)
        await idle(room, 60)
    assert texts(room) == ["one", "Hello", "two", "", "three", "well"]
    found = await kept.load("ann", room.conversation.id)
    assert found is not None
    assert found.path() == room.conversation.path()
    failures = [entry.failure for entry in found.path()[1::2]]
    return [failure.message if failure else "" for failure in failures]
