"""An index of all text on PostgreSQL, where its extension pg_trgm may be had."""

from __future__ import annotations

import logging

from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    # Of a reply that is growing nothing is indexed: that would be done anew at each of its saves.
    "CREATE INDEX entry_search ON entries USING gin (text gin_trgm_ops) WHERE state <> 'running'",
)

log = logging.getLogger(__name__)


def upgrade() -> None:
    """Make the index."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    try:
        with connection.begin_nested():
            for statement in STATEMENTS:
                connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        log.info("conversations are searched without an index: this database has no extension pg_trgm for lazyflow")
