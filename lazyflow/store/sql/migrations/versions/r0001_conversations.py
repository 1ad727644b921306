"""Conversations, their messages, and what each reply took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "conversations",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
        sa.Column("deleted_at", sa.Double),
        sa.UniqueConstraint("person", "id", name="conversations_of_person"),
    )
    op.create_index("conversations_by_time", "conversations", ["person", "updated"])
    op.create_table(
        "entries",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.Integer, sa.ForeignKey("conversations.key", ondelete="CASCADE"), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("parent", sa.String(64)),
        sa.Column("chosen", sa.Boolean, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("thinking", sa.Text, nullable=False),
        sa.Column("thinking_seconds", sa.Double),
        sa.Column("steps", sa.JSON, nullable=False),
        sa.Column("notices", sa.JSON, nullable=False),
        sa.Column("failure", sa.JSON),
        sa.Column("use_context", sa.Boolean, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("updated", sa.Double, nullable=False),
        sa.UniqueConstraint("conversation", "id", name="entries_of_conversation"),
        sa.ForeignKeyConstraint(
            ["conversation", "parent"],
            ["entries.conversation", "entries.id"],
            name="entries_parent",
            ondelete="CASCADE",
        ),
    )
    running = sa.text("state = 'running'")
    op.create_index("entries_running", "entries", ["state"], sqlite_where=running, postgresql_where=running)
    op.create_index("entries_by_parent", "entries", ["conversation", "parent"])
    op.create_table(
        "runs",
        sa.Column("entry", sa.Integer, sa.ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("usage", sa.JSON, nullable=False),
        sa.Column("requests", sa.JSON, nullable=False),
    )
