"""What a database's error means for the person whose conversation it is."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from lazyflow.store.conversations import StoreUnavailable

MEANINGS = (
    (
        ("disk is full", "no space left", "diskfull"),
        "The disk is full, so the conversation is not being saved.",
        "Free some space: it is saved with the next message.",
    ),
    (
        ("is locked", "busy"),
        "Another program holds the database, so the conversation is not being saved.",
        "Close it: the conversation is saved with the next message.",
    ),
    (
        ("readonly", "read-only"),
        "The database is read-only, so the conversation is not being saved.",
        "Make it writable: the conversation is saved with the next message.",
    ),
    (
        ("not a database", "malformed"),
        "The conversations' file is no database, or it is damaged.",
        "Restore it from a copy, or name another place in the web node's `store`.",
    ),
)


def unavailable(error: SQLAlchemyError) -> StoreUnavailable:
    """The error in plain words, without statements or what they hold."""
    told = str(error.orig).lower() if isinstance(error, DBAPIError) else str(error).lower()
    for signs, message, remedy in MEANINGS:
        if any(sign in told for sign in signs):
            return StoreUnavailable(message, remedy)
    return StoreUnavailable(
        f"The database cannot be reached: {told.strip().splitlines()[0] if told.strip() else type(error).__name__}",
        "Conversations are saved again once it can.",
    )
