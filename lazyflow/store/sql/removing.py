"""Hiding a message with all that follows it, and bringing it back, inside a transaction of the caller's."""

from __future__ import annotations

from sqlalchemy import Connection, and_, select, update

from lazyflow.store.sql.reading import the
from lazyflow.store.sql.tables import conversations, entries
from lazyflow.store.sql.text import storable


def remove_entry(connection: Connection, person: str, conversation: str, entry: str, now: float) -> None:
    """Hide what is shown of the message and of all below it. All of it is marked with the same moment."""
    found = find(connection, person, conversation, entry)
    if found is not None and found[1] is None:
        mark(connection, found[0], None, now)


def bring_back_entry(connection: Connection, person: str, conversation: str, entry: str) -> None:
    """Show what was hidden together with the message; what had been hidden before it stays so."""
    found = find(connection, person, conversation, entry)
    if found is not None and found[1] is not None:
        mark(connection, *found, None)


def find(connection: Connection, person: str, conversation: str, entry: str) -> tuple[int, float | None] | None:
    """The message's key, and when it was hidden."""
    row = connection.execute(
        select(entries.c.key, entries.c.deleted_at)
        .join(conversations, conversations.c.key == entries.c.conversation)
        .where(the(person, conversation), entries.c.id == storable(entry))
    ).one_or_none()
    return (row.key, row.deleted_at) if row is not None else None


def mark(connection: Connection, key: int, before: float | None, after: float | None) -> None:
    """Give all of the branch that has one mark another."""
    columns = (entries.c.key, entries.c.conversation, entries.c.id)
    branch = select(*columns).where(entries.c.key == key).cte("branch", recursive=True)
    below = entries.alias("below")
    follows = and_(below.c.conversation == branch.c.conversation, below.c.parent == branch.c.id)
    branch = branch.union_all(select(below.c.key, below.c.conversation, below.c.id).join(branch, follows))
    connection.execute(
        update(entries)
        .where(entries.c.key.in_(select(branch.c.key)), entries.c.deleted_at.is_not_distinct_from(before))
        .values(deleted_at=after)
    )
