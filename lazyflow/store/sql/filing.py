"""Files in a database: each content is there once, however often it is attached. Inside a caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, literal, select

from lazyflow.messages import File
from lazyflow.store.conversation import Entry
from lazyflow.store.files import UNSENT_SECONDS, Attachment
from lazyflow.store.sql.quota import SENT, forget_contents, make_room
from lazyflow.store.sql.tables import attached, contents, entries, files
from lazyflow.store.sql.text import storable


def write_file(
    connection: Connection,
    person: str,
    id: str,  # noqa: A002 - its name
    file: File,
    *,
    now: float,
    most: float,
) -> None:
    """Keep a file that no message has yet, and forget those that never got one. Raises: `UploadRefused`."""
    forget_unsent(connection, now)
    digest = hashlib.sha256(file.data).hexdigest()
    make_room(connection, person, file, digest, most=most, now=now)
    if connection.execute(select(contents.c.hash).where(contents.c.hash == digest)).scalar() is None:
        connection.execute(insert(contents).values(hash=digest, data=file.data, text=storable(file.text)))
    connection.execute(
        insert(files).values(
            person=person,
            id=id,
            name=storable(file.name),
            media_type=file.media_type,
            size=len(file.data),
            content=digest,
            created=now,
        )
    )


def attach(connection: Connection, person: str, key: int, entry: Entry) -> None:
    """Note which of the person's files a message has; they never change."""
    if connection.execute(select(attached.c.entry).where(attached.c.entry == key).limit(1)).first() is not None:
        return
    for place, one in enumerate(entry.files):
        own = and_(files.c.person == person, files.c.id == storable(one.id))
        columns = select(literal(key), files.c.key, literal(place)).where(own)
        connection.execute(insert(attached).from_select(["entry", "file", "place"], columns))


def read_attachments(connection: Connection, person: str, ids: Sequence[str]) -> tuple[Attachment, ...]:
    """Those of the person's files that are there, in the order of `ids`."""
    found = {row.id: attachment(row) for row in connection.execute(select(files).where(owned(person, ids)))}
    return tuple(found[id] for id in dict.fromkeys(ids) if id in found)  # noqa: A001 - its name


def read_files(connection: Connection, person: str, ids: Sequence[str]) -> dict[str, File]:
    """The same with their contents, by id."""
    rows = connection.execute(
        select(files, contents.c.data, contents.c.text)
        .join(contents, contents.c.hash == files.c.content)
        .where(owned(person, ids))
    )
    return {row.id: File(row.name, row.media_type, bytes(row.data), row.text) for row in rows}


def files_of(connection: Connection, conversation: int) -> dict[int, tuple[Attachment, ...]]:
    """What each message of a conversation has, by the message's key."""
    rows = connection.execute(
        select(attached.c.entry, files)
        .join(files, files.c.key == attached.c.file)
        .join(entries, entries.c.key == attached.c.entry)
        .where(entries.c.conversation == conversation)
        .order_by(attached.c.entry, attached.c.place)
    )
    found: dict[int, tuple[Attachment, ...]] = {}
    for row in rows:
        found[row.entry] = (*found.get(row.entry, ()), attachment(row))
    return found


def drop_file(connection: Connection, person: str, id: str) -> None:  # noqa: A002 - its name
    """Forget a file, unless a message has it."""
    connection.execute(delete(files).where(owned(person, [id]), ~SENT))
    forget_contents(connection)


def forget_unsent(connection: Connection, now: float) -> None:
    """Forget the files that no message has, and contents of which nothing is left."""
    gone = connection.execute(delete(files).where(files.c.created < now - UNSENT_SECONDS, ~SENT)).rowcount
    if gone:
        forget_contents(connection)


def owned(person: str, ids: Sequence[str]) -> ColumnElement[bool]:
    """A condition: one of these files, if it is this person's."""
    return and_(files.c.person == person, files.c.id.in_([storable(id) for id in ids]))  # noqa: A001 - its name


def attachment(row: Row[Any]) -> Attachment:
    """A row as a file without its content."""
    return Attachment(id=row.id, name=row.name, media_type=row.media_type, size=row.size)
