"""Room for one more of a person's files. Inside a caller's transaction."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, exists, func, or_, select

from lazyflow.messages import File
from lazyflow.store.files import WAY_SECONDS
from lazyflow.store.sql.tables import attached, contents, conversations, entries, files
from lazyflow.uploads.read import MB
from lazyflow.uploads.refused import UploadRefused

SENT = exists().where(attached.c.file == files.c.key)
AT_ONCE = 500
"""Keys in one statement: databases take no endless lists."""


def make_room(connection: Connection, person: str, file: File, content: str, *, most: float, now: float) -> None:
    """See that `file`, whose content has this hash, leaves the person's files within `most` bytes.

    Raises: `UploadRefused`.
    """
    if taken(connection, person, content) + len(file.data) <= most:
        return
    make_way(connection, person, now - WAY_SECONDS)
    if taken(connection, person, content) + len(file.data) > most:
        raise UploadRefused("full", file.name, most / MB)


def taken(connection: Connection, person: str, but: str) -> int:
    """The bytes of the person's files, each content counted once; the content `but` is left out."""
    mine = and_(files.c.person == person, files.c.content != but)
    each = select(func.max(files.c.size).label("size")).where(mine).group_by(files.c.content).subquery()
    return int(connection.execute(select(func.coalesce(func.sum(each.c.size), 0))).scalar_one())


def make_way(connection: Connection, person: str, before: float) -> None:
    """Forget the files that only messages have which the person deleted `before` this moment."""
    deleted = select(entries.c.key).join(conversations, conversations.c.key == entries.c.conversation)
    deleted = deleted.where(
        conversations.c.person == person,
        or_(conversations.c.deleted_at < before, entries.c.deleted_at < before),
    )
    keys = connection.execute(select(attached.c.file).where(attached.c.entry.in_(deleted)).distinct()).scalars().all()
    connection.execute(delete(attached).where(attached.c.entry.in_(deleted)))
    for at in range(0, len(keys), AT_ONCE):
        unsent = and_(files.c.key.in_(keys[at : at + AT_ONCE]), ~SENT)
        connection.execute(delete(files).where(unsent))
    if keys:
        forget_contents(connection)


def forget_contents(connection: Connection) -> None:
    """Forget the contents that no file has any more."""
    connection.execute(delete(contents).where(~exists().where(files.c.content == contents.c.hash)))
