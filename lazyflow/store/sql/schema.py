"""Brings a database to the newest revision of the schema, or says why that cannot be."""

from __future__ import annotations

import time

from sqlalchemy import Connection, delete, inspect, text, update

from lazyflow.errors import LazyflowError
from lazyflow.store.sql.filing import forget_unsent
from lazyflow.store.sql.tables import conversations, entries, metadata

# With it a database that is up to date is opened without importing Alembic.
HEAD = "0006"
VERSION_TABLE = "lazyflow_version"
LOCK = 0x1A2F10
UNDO_SECONDS = 30 * 24 * 3600.0


class ForeignDatabase(LazyflowError):
    """The database is another program's, or a newer lazyflow's."""


def prepare(connection: Connection) -> None:
    """Create or upgrade the tables; `connection` is in a transaction that holds the write lock.

    Raises: `ForeignDatabase`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    revision = revision_of(connection)
    if revision != HEAD:
        upgrade(connection, revision)


def tidy(connection: Connection) -> None:
    """Mark the replies that a process which ended left unfinished; forget what was deleted long ago."""
    connection.execute(update(entries).where(entries.c.state == "running").values(state="interrupted"))
    long_ago = time.time() - UNDO_SECONDS
    connection.execute(delete(conversations).where(conversations.c.deleted_at < long_ago))
    connection.execute(delete(entries).where(entries.c.deleted_at < long_ago))
    forget_unsent(connection, time.time())


def revision_of(connection: Connection) -> str | None:
    """The revision of the database; None where it holds nothing of ours."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE in tables:
        return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - our own name
    taken = sorted(tables & set(metadata.tables))
    if taken or (tables and connection.dialect.name == "sqlite"):
        raise ForeignDatabase(
            f"the database is another program's: it has a table '{(taken or sorted(tables))[0]}'",
            "name another file or database in the web node's `store`",
        )
    return None


def upgrade(connection: Connection, revision: str | None) -> None:
    """Run the revisions that are missing, all or none."""
    from alembic import command  # noqa: PLC0415 - slow to import, and hardly ever needed
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "lazyflow.store.sql:migrations")
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise ForeignDatabase(
            f"the conversations were kept by a newer lazyflow (schema {revision}; this one knows up to {HEAD})",
            "install the newer lazyflow again, or name another place in the web node's `store`",
        )
    command.upgrade(config, HEAD)
