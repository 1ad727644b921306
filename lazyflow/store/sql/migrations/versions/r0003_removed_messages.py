"""Messages that were removed and may be brought back, and who was asked for a reply."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("entries", sa.Column("node", sa.Text, nullable=False, server_default=""))
    op.add_column("entries", sa.Column("deleted_at", sa.Double))
