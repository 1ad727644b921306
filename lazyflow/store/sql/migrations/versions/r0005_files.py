"""What people attach to messages: files by person, each content once by its hash."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "contents",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "files",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.String(64), sa.ForeignKey("contents.hash"), nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.UniqueConstraint("person", "id", name="files_of_person"),
    )
    op.create_index("files_by_content", "files", ["content"])
    op.create_index("files_by_time", "files", ["created"])
    op.create_table(
        "attached",
        sa.Column("entry", sa.Integer, sa.ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("file", sa.Integer, sa.ForeignKey("files.key"), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
    )
    op.create_index("attached_by_file", "attached", ["file"])
