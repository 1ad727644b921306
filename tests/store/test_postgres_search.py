"""Search on PostgreSQL with an index of all text, and in a database that may have none."""

from __future__ import annotations

import secrets
from pathlib import Path

import psycopg
import pytest

from lazyflow.store.place import Database
from lazyflow.store.sql import searching
from lazyflow.store.sql.engine import engine_of
from lazyflow.store.summary import Summary
from tests.store.kept import answered, asked, empty, keep, opened, unfinished

pytestmark = pytest.mark.postgres


@pytest.fixture(params=[True, False], ids=["index", "no index"])
def indexed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def place(cluster: str, indexed: bool) -> str:
    """A database of one who may create an extension in it, or may not."""
    name = f"chats_{secrets.token_hex(4)}"
    with psycopg.connect(f"{cluster}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
        if indexed:
            connection.execute(f"ALTER DATABASE {name} OWNER TO {name}".encode())
    with psycopg.connect(f"{cluster}/{name}", autocommit=True) as connection:
        connection.execute(f"GRANT ALL ON SCHEMA public TO {name}".encode())
    return f"{cluster.replace('tester', name)}/{name}"


async def test_any_owner_gets_the_index_and_anybody_a_search(place: str, indexed: bool, tmp_path: Path) -> None:
    async with opened(tmp_path, place) as kept:
        engine = engine_of(Database(place))
        with engine.connect() as connection:
            assert searching.is_indexed(connection) is indexed
        engine.dispose()
        for number in range(30):
            await keep(kept, empty(f"c{number}"), asked("q", f"word and number {number}"))
        await keep(kept, empty("own"), asked("q", "ships"), answered("a", "Über SHIPS in harbours", "q"))
        await keep(kept, empty("foreign", "bob"), asked("q", "ships of another"))
        for sought in ("hip", "SHIPS IN", "über", "ps in h"):
            assert [(match.summary.id, match.entry) for match in await kept.search("ann", sought)] == [("own", "a")]
        assert len(await kept.search("ann", "number")) == 30
        assert len(await kept.search("ann", "number", limit=7)) == 7
        assert await kept.search("ann", "nothing of this") == ()
        assert await kept.search("ann", "!?--") == ()


async def test_what_very_many_messages_hold_is_found_as_well(place: str, tmp_path: Path) -> None:
    async with opened(tmp_path, place) as kept:
        for name in ("c1", "c2"):
            told = empty(name)
            for number in range(searching.RARE):
                told = told.with_entry(
                    asked(f"q{number}", f"word and number {number}", f"q{number - 1}" if number else None)
                )
            await kept.add(told, Summary(id=name, title=name, created=1.0, updated=1.0))
        found = {match.summary.id: match.entry for match in await kept.search("ann", "number")}
        assert found == dict.fromkeys(("c1", "c2"), f"q{searching.RARE - 1}")


async def test_a_reply_is_found_when_it_has_ended(place: str, indexed: bool, tmp_path: Path) -> None:
    async with opened(tmp_path, place) as kept:
        told = await keep(kept, empty(), asked("q", "hi"), unfinished(answered("a", "halfway there", "q")))
        assert len(await kept.search("ann", "halfway")) == (0 if indexed else 1)
        await keep(kept, told, answered("a", "halfway there and home", "q"))
        assert len(await kept.search("ann", "and home")) == 1
