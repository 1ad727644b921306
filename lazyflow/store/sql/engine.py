"""Connections to a database, set up for many readers and one writer."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from lazyflow.errors import LazyflowError, MissingExtra
from lazyflow.store.conversations import StoreUnavailable
from lazyflow.store.place import Database, SqliteFile

WRITES = "lazyflow_writes"
FILE = "lazyflow_file"
BUSY_SECONDS = 3.0
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # In WAL mode NORMAL loses the last commits when the power fails: what a person typed is worth the fsync.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def engine_of(place: SqliteFile | Database) -> Engine:
    """An engine for `place`. Statements with the option `WRITES` take SQLite's write lock at once.

    Raises: `LazyflowError` for a file or a URL that cannot be used.
    """
    match place:
        case SqliteFile(path):
            make_private(path)
            return sqlite(path)
        case Database(url):
            return server(url)


def make_private(path: Path) -> None:
    """A file that only its owner can read, in a folder that is the owner's where it had to be made."""
    try:
        missing = [folder for folder in path.parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if not os.access(path.parent, os.W_OK):
            raise PermissionError(None, "the folder is not writable")
    except OSError as error:
        raise StoreUnavailable(
            f"conversations cannot be kept in {path}: {(error.strerror or str(error)).lower()}",
            "make it writable, or name another place in the web node's `store` (`memory` keeps nothing)",
        ) from error


def sqlite(path: Path) -> Engine:
    """A SQLite file. Transactions are begun by us: the driver's own way begins them too late to be told of locks."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
    )

    def set_up(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        record.info[FILE] = which(path)

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        # One who deletes the file is not told by SQLite: what is written goes where nobody finds it again.
        if writes and connection.info[FILE] != which(path):
            raise StoreUnavailable(
                f"The file {path.name} was moved, replaced or deleted, so the conversation is not being saved.",
                "Put it back: the conversation is saved with the next message. Or restart the app with a new file.",
            )
        # One that writes waits for its turn here, where waiting is possible.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)
    return engine


def which(path: Path) -> tuple[int, int] | None:
    """Tells a file from any other, also one that is put in its place; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def server(written: str) -> Engine:
    """A PostgreSQL database; `postgresql://` without a driver means psycopg."""
    try:
        url = make_url(written)
    except ArgumentError as error:
        raise LazyflowError(
            "the web node's `store` is no database URL", "write postgresql://user:password@host/database"
        ) from error
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "postgresql":
        raise LazyflowError(
            f"conversations cannot be kept in {url.get_backend_name()}",
            "write a SQLite path, a postgresql:// URL, or `memory`",
        )
    remedy = "write postgresql+psycopg:// in the web node's `store`"
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except NoSuchModuleError as error:
        raise LazyflowError(f"there is no database driver '{url.drivername}'", remedy) from error
    except ImportError as error:
        if url.get_driver_name() == "psycopg":
            raise MissingExtra("psycopg", "postgres") from error
        raise LazyflowError(f"the database driver {error.name} is not installed", f"install it, or {remedy}") from error
    if engine.dialect.is_async:
        raise LazyflowError(f"'{url.drivername}' is an asynchronous driver", remedy)
    return engine
