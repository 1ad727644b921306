"""A web node's conversations, from the start of the app to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import assert_never

from lazyflow.errors import LazyflowError, MissingExtra
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import WebSpec
from lazyflow.store.conversations import Conversations, StoreUnavailable
from lazyflow.store.in_memory import InMemory
from lazyflow.store.place import Database, Memory, SqliteFile, place_of

if TYPE_CHECKING:
    from lazyflow.store.sql.conversations import SqlConversations


@asynccontextmanager
async def open_conversations(web: WebSpec, app: AppSpec, data: Path | None = None) -> AsyncIterator[Conversations]:
    """The conversations of a web node's page; what is waiting is stored when the block ends.

    `data` is the folder for databases that no `store` names; without it the user's data folder.
    Raises: `LazyflowError` where conversations cannot be kept there: no right to write, no database, a newer schema,
    a driver that is not installed.
    """
    if "\0" in (web.store or ""):
        raise StoreUnavailable(f"node '{web.name}': `store` holds a NUL character", "write a path without it")
    place = place_of(web.store, app, data or user_data())
    match place:
        case Memory():
            yield InMemory()
        case SqliteFile() | Database():
            store = await asyncio.to_thread(open_sql, place, web.name)
            try:
                yield store
            finally:
                await store.close()
        case _:
            assert_never(place)


def user_data() -> Path:
    """The folder for what lazyflow keeps for this user."""
    try:
        from platformdirs import user_data_path  # noqa: PLC0415 - of the extra `web`
    except ImportError as error:
        raise MissingExtra("platformdirs", "web") from error
    return user_data_path("lazyflow", appauthor=False)


def open_sql(place: SqliteFile | Database, node: str) -> SqlConversations:
    """A prepared database; blocks."""
    try:
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - of the extra `web`, and slow to import

        from lazyflow.store.sql.conversations import SqlConversations  # noqa: PLC0415 - as above
        from lazyflow.store.sql.engine import WRITES, engine_of  # noqa: PLC0415 - as above
        from lazyflow.store.sql.failures import unavailable  # noqa: PLC0415 - as above
        from lazyflow.store.sql.schema import prepare, tidy  # noqa: PLC0415 - as above
    except ImportError as error:
        raise MissingExtra(error.name or "sqlalchemy", "web") from error
    engine = engine_of(place)
    try:
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            prepare(connection)
            tidy(connection)
        return SqlConversations(engine)
    except (LazyflowError, SQLAlchemyError) as error:
        engine.dispose()
        told = error if isinstance(error, LazyflowError) else unavailable(error)
        where = place.path if isinstance(place, SqliteFile) else engine.url.render_as_string(hide_password=True)
        raise StoreUnavailable(f"node '{node}': {where}: {told.message}", told.help) from error
