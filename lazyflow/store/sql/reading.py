"""Reading conversations and the list of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, select, tuple_

from lazyflow.messages import Role
from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.conversation import Feedback as Judged
from lazyflow.store.files import Attachment
from lazyflow.store.sql.filing import files_of
from lazyflow.store.sql.tables import conversations, entries, feedback, runs
from lazyflow.store.sql.text import storable
from lazyflow.store.summary import Place, Summary
from lazyflow.store.values import failure, request, settings, step, usage


def own(person: str) -> ColumnElement[bool]:
    """A condition: this person's and not deleted."""
    return and_(conversations.c.person == person, conversations.c.deleted_at.is_(None))


def the(person: str, id: str) -> ColumnElement[bool]:  # noqa: A002 - its name
    """A condition: this conversation, if it is this person's and not deleted."""
    return and_(own(person), conversations.c.id == storable(id))


def read_conversation(connection: Connection, person: str, id: str) -> Conversation | None:  # noqa: A002 - its name
    """A whole conversation, oldest message first."""
    found = connection.execute(
        select(conversations.c.key, conversations.c.settings).where(the(person, id))
    ).one_or_none()
    if found is None:
        return None
    rows = connection.execute(
        select(entries, runs.c.usage, feedback.c.good, feedback.c.note)
        .outerjoin(runs, runs.c.entry == entries.c.key)
        .outerjoin(feedback, feedback.c.entry == entries.c.key)
        .where(entries.c.conversation == found.key, entries.c.deleted_at.is_(None))
        .order_by(entries.c.key)
    ).all()
    attached = files_of(connection, found.key)
    return Conversation(
        id=id,
        person=person,
        entries={row.id: entry_of(row, attached.get(row.key, ())) for row in rows},
        # Where the branch that was shown is removed, the newest beside it is shown.
        chosen={row.parent: row.id for row in (*rows, *(row for row in rows if row.chosen))},
        settings=settings(found.settings),
    )


def entry_of(row: Row[Any], files: tuple[Attachment, ...]) -> Entry:
    """A row as a message."""
    return Entry(
        id=row.id,
        parent=row.parent,
        role=Role(row.role),
        text=row.text,
        files=files,
        state=row.state,
        node=row.node,
        use_context=row.use_context,
        thinking=row.thinking,
        thinking_seconds=row.thinking_seconds,
        steps=tuple(step(taken) for taken in row.steps),
        notices=tuple(row.notices),
        usages=tuple(usage(taken) for taken in row.usage or ()),
        failure=failure(row.failure) if row.failure is not None else None,
        feedback=Judged(good=row.good, note=row.note) if row.good is not None else None,
    )


def read_requests(connection: Connection, person: str, id: str, entry: str) -> tuple[Request, ...]:  # noqa: A002 - its name
    """What models were sent for a reply."""
    found = connection.execute(
        select(runs.c.requests)
        .join(entries, entries.c.key == runs.c.entry)
        .join(conversations, conversations.c.key == entries.c.conversation)
        .where(the(person, id), entries.c.id == storable(entry))
    ).scalar()
    return tuple(request(sent) for sent in found or ())


def read_summary(connection: Connection, person: str, id: str) -> Summary | None:  # noqa: A002 - its name
    """One line of the list."""
    row = connection.execute(lines().where(the(person, id))).one_or_none()
    return summary_of(row) if row is not None else None


def read_recent(connection: Connection, person: str, before: Place | None, limit: int) -> tuple[Summary, ...]:
    """All that are pinned (on the first page), then `limit` others, newest first."""
    mine = lines().where(own(person)).order_by(conversations.c.updated.desc(), conversations.c.id.desc())
    others = mine.where(conversations.c.pinned == false()).limit(limit)
    if before is not None:
        others = others.where(tuple_(conversations.c.updated, conversations.c.id) < before)
        return tuple(summary_of(row) for row in connection.execute(others))
    pinned = connection.execute(mine.where(conversations.c.pinned)).all()
    return tuple(summary_of(row) for row in (*pinned, *connection.execute(others)))


def lines() -> Select[Any]:
    """The columns of the list."""
    columns = conversations.c
    return select(columns.key, columns.id, columns.title, columns.pinned, columns.created, columns.updated)


def summary_of(row: Row[Any]) -> Summary:
    """A row as a line of the list."""
    return Summary(id=row.id, title=row.title, pinned=row.pinned, created=row.created, updated=row.updated)
