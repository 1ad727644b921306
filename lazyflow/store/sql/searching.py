"""Finding conversations by any part of their text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, column, exists, func, or_, select, table, text

from lazyflow.store.sql.reading import lines, own, summary_of
from lazyflow.store.sql.tables import conversations, entries
from lazyflow.store.summary import Match, excerpt_of

INDEX = "entry_search"
SHORTEST = 3
"""Characters: an index of trigrams knows nothing shorter."""
LETTERS = re.compile(r"[^\W_]{3}")
"""What PostgreSQL's index knows: signs are not in it."""
RARE = 2000
"""Messages. Where more have the text, the newest conversations are found sooner than all of them are told."""
SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
NEWEST_FIRST = (conversations.c.updated.desc(), conversations.c.id.desc())


def is_indexed(connection: Connection) -> bool:
    """Whether the database has an index of all text."""
    found = "SELECT count(*) FROM sqlite_master WHERE name = :name"
    if connection.dialect.name == "postgresql":
        found = "SELECT to_regclass(:name) IS NOT NULL"
    return bool(connection.execute(text(found), {"name": INDEX}).scalar())


def search(connection: Connection, person: str, sought: str, limit: int, *, indexed: bool) -> tuple[Match, ...]:
    """This person's conversations with the text in a message or the title, newest first."""
    if not sought.strip():
        return ()
    sought = sought.strip()
    if connection.dialect.name == "postgresql":
        # A plan that is kept for any text does not use the index, which is slow for one that is rare.
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    keys = known(connection, sought) if indexed and len(sought) >= SHORTEST else None
    if keys is None:
        said, newest = walked_through(connection, person, sought, limit)
    else:
        said, newest = looked_up(connection, person, keys, limit)
    titled = connection.execute(
        lines()
        .where(own(person), contains(connection, conversations.c.title, sought))
        .order_by(*NEWEST_FIRST)
        .limit(limit)
    ).all()
    texts = {
        row.key: row
        for row in connection.execute(
            select(entries.c.key, entries.c.id, entries.c.text).where(entries.c.key.in_(newest.values()))
        )
    }
    found = {row.key: Match(summary=summary_of(row)) for row in titled}
    for row in said:
        entry = texts[newest[row.key]]
        found[row.key] = Match(summary=summary_of(row), entry=entry.id, excerpt=excerpt_of(entry.text, sought))
    return tuple(sorted(found.values(), key=lambda match: match.summary.place, reverse=True)[:limit])


Found = tuple["list[Row[Any]]", Mapping[int, int]]
"""Lines of the list, and the newest message with the text by its conversation, both as keys."""


def known(connection: Connection, sought: str) -> Select[tuple[int]] | list[int] | None:
    """The keys of all messages with the text, by the index; None where that is the longer way."""
    if connection.dialect.name == "sqlite":
        index = table(INDEX, column("rowid"))
        quoted = '"' + sought.replace('"', '""') + '"'
        return select(index.c.rowid).where(text(f"{INDEX} MATCH :sought").bindparams(sought=quoted))
    if not LETTERS.search(sought):
        return None
    has = and_(entries.c.state != "running", contains(connection, entries.c.text, sought, indexed=True))
    found = connection.scalars(select(entries.c.key).where(has).limit(RARE + 1)).all()
    return list(found) if len(found) <= RARE else None


def looked_up(connection: Connection, person: str, keys: Select[tuple[int]] | list[int], limit: int) -> Found:
    """The messages with the text are known by their keys."""
    if isinstance(keys, list) and not keys:
        return [], {}
    rows = connection.execute(
        lines()
        .add_columns(func.max(entries.c.key).label("newest"))
        .join(entries, entries.c.conversation == conversations.c.key)
        .where(own(person), entries.c.deleted_at.is_(None), entries.c.key.in_(keys))
        .group_by(conversations.c.key)
        .order_by(*NEWEST_FIRST)
        .limit(limit)
    ).all()
    return list(rows), {row.key: row.newest for row in rows}


def walked_through(connection: Connection, person: str, sought: str, limit: int) -> Found:
    """One conversation after the other is read until enough of them have the text."""
    has = and_(entries.c.deleted_at.is_(None), contains(connection, entries.c.text, sought))
    any_has = exists().where(entries.c.conversation == conversations.c.key, has)
    rows = connection.execute(lines().where(own(person), any_has).order_by(*NEWEST_FIRST).limit(limit)).all()
    newest = connection.execute(
        select(entries.c.conversation, func.max(entries.c.key).label("newest"))
        .where(entries.c.conversation.in_([row.key for row in rows]), has)
        .group_by(entries.c.conversation)
    )
    return list(rows), {row.conversation: row.newest for row in newest}


def contains(connection: Connection, place: Any, sought: str, *, indexed: bool = False) -> ColumnElement[bool]:
    """A condition: the text stands there, in upper or lower case. An index knows only the database's own cases."""
    if sought.lower() == sought.upper():
        return and_(place.contains(sought, autoescape=True))
    if connection.dialect.name == "postgresql":
        # Of ASCII's cases alone it knows in half the time; of others, a regular expression is the fastest way.
        if sought.isascii():
            ours = place if indexed else place.collate("C")
            return and_(ours.icontains(sought, autoescape=True))
        return and_(place.regexp_match("".join(map(literal, sought)), flags="i"))
    # SQLite's LIKE knows ASCII's cases only.
    ways = [sought]
    if not sought.isascii():
        ways = list(dict.fromkeys((sought, sought.lower(), sought.upper(), sought.capitalize())))
    return or_(*(place.contains(way, autoescape=True) for way in ways))


def literal(sign: str) -> str:
    """One sign as a regular expression of PostgreSQL, which knows only ASCII's cases under some settings."""
    if sign.isascii():
        return SIGNS.sub(r"\\\g<0>", sign)
    cases = {sign, *(one for one in (sign.lower(), sign.upper()) if len(one) == 1)}
    return sign if len(cases) == 1 else f"[{''.join(sorted(cases))}]"
