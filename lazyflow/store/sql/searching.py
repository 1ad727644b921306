"""Finding conversations by any part of their text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, column, func, or_, select, table, text

from lazyflow.store.sql.reading import lines, own, summary_of
from lazyflow.store.sql.tables import conversations, entries
from lazyflow.store.summary import Match, excerpt_of

INDEX = "entry_search"
SHORTEST = 3
"""Characters: an index of trigrams knows nothing shorter."""


def is_indexed(connection: Connection) -> bool:
    """Whether the database has an index of all text."""
    if connection.dialect.name != "sqlite":
        return False
    found = text("SELECT count(*) FROM sqlite_master WHERE name = :name")
    return bool(connection.execute(found, {"name": INDEX}).scalar())


def search(connection: Connection, person: str, sought: str, limit: int, *, indexed: bool) -> tuple[Match, ...]:
    """This person's conversations with the text in a message or the title, newest first."""
    if not sought.strip():
        return ()
    sought = sought.strip()
    newest = func.max(entries.c.key).label("newest")
    said = connection.execute(
        lines()
        .add_columns(newest)
        .join(entries, entries.c.conversation == conversations.c.key)
        .where(own(person), entries.c.deleted_at.is_(None), holds(sought, indexed=indexed))
        .group_by(conversations.c.key)
        .order_by(conversations.c.updated.desc(), conversations.c.id.desc())
        .limit(limit)
    ).all()
    titled = connection.execute(
        lines()
        .where(own(person), contains(conversations.c.title, sought))
        .order_by(conversations.c.updated.desc(), conversations.c.id.desc())
        .limit(limit)
    ).all()
    texts = {
        row.key: row
        for row in connection.execute(
            select(entries.c.key, entries.c.id, entries.c.text).where(entries.c.key.in_([row.newest for row in said]))
        )
    }
    found = {row.key: Match(summary=summary_of(row)) for row in titled}
    for row in said:
        entry = texts[row.newest]
        found[row.key] = Match(summary=summary_of(row), entry=entry.id, excerpt=excerpt_of(entry.text, sought))
    return tuple(sorted(found.values(), key=lambda match: match.summary.place, reverse=True)[:limit])


def holds(sought: str, *, indexed: bool) -> ColumnElement[bool]:
    """A condition: the message has the text."""
    if not indexed or len(sought) < SHORTEST:
        return contains(entries.c.text, sought)
    index = table(INDEX, column("rowid"))
    quoted = '"' + sought.replace('"', '""') + '"'
    return entries.c.key.in_(select(index.c.rowid).where(text(f"{INDEX} MATCH :sought").bindparams(sought=quoted)))


def contains(place: Any, sought: str) -> ColumnElement[bool]:
    """A condition: the text stands there, in upper or lower case. SQLite's own LIKE knows ASCII's cases only."""
    written = dict.fromkeys((sought, sought.lower(), sought.upper(), sought.capitalize()))
    ways = list(written) if not sought.isascii() else [sought]
    return or_(*(place.icontains(way, autoescape=True) for way in ways))
