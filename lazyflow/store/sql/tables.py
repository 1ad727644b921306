"""The tables as the queries see them; `migrations` makes them. Times are seconds since 1970, UTC."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("id", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
    Column("deleted_at", Double),
    Column("settings", JSON, nullable=False),
    UniqueConstraint("person", "id", name="conversations_of_person"),
)
Index("conversations_by_time", conversations.c.person, conversations.c.updated)

entries = Table(
    "entries",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("conversation", Integer, ForeignKey("conversations.key", ondelete="CASCADE"), nullable=False),
    Column("id", String(64), nullable=False),
    Column("parent", String(64)),
    Column("chosen", Boolean, nullable=False),
    Column("role", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("node", Text, nullable=False, server_default=""),
    Column("thinking", Text, nullable=False),
    Column("thinking_seconds", Double),
    Column("steps", JSON, nullable=False),
    Column("notices", JSON, nullable=False),
    Column("failure", JSON(none_as_null=True)),
    Column("use_context", Boolean, nullable=False),
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
    Column("deleted_at", Double),
    UniqueConstraint("conversation", "id", name="entries_of_conversation"),
    ForeignKeyConstraint(
        ["conversation", "parent"],
        ["entries.conversation", "entries.id"],
        name="entries_parent",
        ondelete="CASCADE",
    ),
)
RUNNING = entries.c.state == "running"
Index("entries_running", entries.c.state, sqlite_where=RUNNING, postgresql_where=RUNNING)
# A conversation that is purged takes its answers along: without the index each of them is looked for everywhere.
Index("entries_by_parent", entries.c.conversation, entries.c.parent)

runs = Table(
    "runs",
    metadata,
    Column("entry", Integer, ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True),
    Column("usage", JSON, nullable=False),
    Column("requests", JSON, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("entry", Integer, ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True),
    Column("good", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("updated", Double, nullable=False),
)

contents = Table(
    "contents",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("text", Text, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("person", Text, nullable=False),
    Column("id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", String(64), ForeignKey("contents.hash"), nullable=False),
    Column("created", Double, nullable=False),
    UniqueConstraint("person", "id", name="files_of_person"),
)
Index("files_by_content", files.c.content)
Index("files_by_time", files.c.created)

attached = Table(
    "attached",
    metadata,
    Column("entry", Integer, ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True),
    Column("file", Integer, ForeignKey("files.key"), primary_key=True),
    Column("place", Integer, nullable=False),
)
Index("attached_by_file", attached.c.file)
