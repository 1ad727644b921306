from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from lazyflow.store.place import SqliteFile
from lazyflow.store.sql.engine import WRITES, engine_of
from lazyflow.store.sql.schema import HEAD, VERSION_TABLE, prepare
from lazyflow.store.sql.tables import metadata
from tests.store.kept import opened


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = engine_of(SqliteFile(tmp_path / "chats.db")).execution_options(**{WRITES: True})
    yield engine
    engine.dispose()


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", "lazyflow.store.sql:migrations")
    made.attributes.update(connection=connection, version_table=VERSION_TABLE)
    return made


def shapes(file: Path) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())


def test_the_newest_revision_is_the_one_that_the_code_expects() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == HEAD


def test_the_revisions_make_the_tables_that_the_queries_see(engine: Engine) -> None:
    with engine.begin() as connection:
        prepare(connection)
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables},
        )
        assert compare_metadata(context, metadata) == []


async def test_a_database_of_the_first_revision_is_upgraded_with_all_it_holds(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        command.upgrade(config(connection), "0001")
        connection.exec_driver_sql("INSERT INTO conversations VALUES (1, 'ann', 'c1', 'old', 0, 1.0, 2.0, NULL)")
        connection.exec_driver_sql(
            "INSERT INTO entries VALUES (1, 1, 'q', NULL, 1, 'user', 'from long ago', 'done', '', NULL,"
            " '[]', '[]', NULL, 1, 1.0, 1.0)"
        )
    async with opened(tmp_path) as kept:
        told = await kept.load("ann", "c1")
        assert told is not None
        assert [entry.text for entry in told.path()] == ["from long ago"]
        assert len(await kept.search("ann", "long")) == 1
    async with opened(tmp_path, "fresh.db"):
        pass
    assert shapes(tmp_path / "chats.db") == shapes(tmp_path / "fresh.db")


def test_an_upgrade_that_fails_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        command.upgrade(config(connection), "0001")
        connection.exec_driver_sql("CREATE TRIGGER entry_search_left AFTER DELETE ON runs BEGIN SELECT 1; END")
    before = shapes(tmp_path / "chats.db")
    with pytest.raises(Exception, match="entry_search_left"), engine.begin() as connection:
        prepare(connection)
    assert shapes(tmp_path / "chats.db") == before
