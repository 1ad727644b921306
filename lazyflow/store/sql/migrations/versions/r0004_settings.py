"""What a person set in a conversation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("conversations", sa.Column("settings", sa.JSON, nullable=False, server_default="{}"))
