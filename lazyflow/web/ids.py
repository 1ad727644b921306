"""Names for what is kept."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_urlsafe(12)
