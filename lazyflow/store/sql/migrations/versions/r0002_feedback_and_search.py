"""What people think of replies, and an index of all text where SQLite can make one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Of a reply that is growing nothing is indexed: that would be done anew at each of its saves.
INDEX = (
    "CREATE VIRTUAL TABLE entry_search USING fts5(text, content='entries', content_rowid='key', tokenize='trigram')",
    """CREATE TRIGGER entry_search_added AFTER INSERT ON entries WHEN new.state <> 'running' BEGIN
    INSERT INTO entry_search (rowid, text) VALUES (new.key, new.text); END""",
    """CREATE TRIGGER entry_search_deleted AFTER DELETE ON entries WHEN old.state <> 'running' BEGIN
    INSERT INTO entry_search (entry_search, rowid, text) VALUES ('delete', old.key, old.text); END""",
    """CREATE TRIGGER entry_search_left AFTER UPDATE OF text, state ON entries
    WHEN old.state <> 'running' AND (old.text <> new.text OR new.state = 'running') BEGIN
    INSERT INTO entry_search (entry_search, rowid, text) VALUES ('delete', old.key, old.text); END""",
    """CREATE TRIGGER entry_search_changed AFTER UPDATE OF text, state ON entries
    WHEN new.state <> 'running' AND (old.text <> new.text OR old.state = 'running') BEGIN
    INSERT INTO entry_search (rowid, text) VALUES (new.key, new.text); END""",
    "INSERT INTO entry_search (rowid, text) SELECT key, text FROM entries WHERE state <> 'running'",
)


def upgrade() -> None:
    """Add the table and the index."""
    op.create_table(
        "feedback",
        sa.Column("entry", sa.Integer, sa.ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("good", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
    )
    connection = op.get_bind()
    if connection.dialect.name == "sqlite" and has_trigrams(connection):
        for statement in INDEX:
            connection.exec_driver_sql(statement)


def has_trigrams(connection: sa.Connection) -> bool:
    """Whether this SQLite was built with FTS5 and is 3.34 or newer."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE VIRTUAL TABLE trigram_try USING fts5(text, tokenize='trigram')")
            connection.exec_driver_sql("DROP TABLE trigram_try")
    except sa.exc.OperationalError:
        return False
    return True
