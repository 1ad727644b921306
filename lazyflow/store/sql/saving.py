"""Writing one message, or one whole conversation, inside a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, select, update

from lazyflow.messages import Role
from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.sql.filing import attach
from lazyflow.store.sql.tables import conversations, entries, feedback, runs
from lazyflow.store.sql.text import storable
from lazyflow.store.summary import LONGEST_TITLE, Summary, title_of
from lazyflow.store.values import plain, plain_request, plain_settings


def save_entry(
    connection: Connection, conversation: Conversation, entry: Entry, requests: tuple[Request, ...], now: float
) -> None:
    """Keep the newest state of one message; its conversation begins with it or was used now."""
    key = begun(connection, conversation, entry, now)
    write_entry(connection, conversation.person, key, entry, now)
    put(
        connection,
        entries,
        and_(
            entries.c.conversation == key,
            entries.c.parent.is_not_distinct_from(entry.parent),
            entries.c.id != entry.id,
            entries.c.chosen,
        ),
        {"chosen": False},
    )
    if requests:
        write_run(connection, key, entry, requests)


def save_settings(connection: Connection, conversation: Conversation) -> None:
    """Keep what a person set, where the conversation is kept."""
    own = and_(conversations.c.person == conversation.person, conversations.c.id == conversation.id)
    values = {"settings": plain_settings(conversation.settings)}
    connection.execute(update(conversations).where(own).values(values))


def save_whole(connection: Connection, conversation: Conversation, summary: Summary) -> None:
    """Keep a conversation that is not there yet."""
    key = new(connection, conversation, summary)
    shown = set(conversation.chosen.values())
    for entry in conversation.entries.values():
        write_entry(connection, conversation.person, key, entry, summary.created, chosen=entry.id in shown)


def begun(connection: Connection, conversation: Conversation, entry: Entry, now: float) -> int:
    """The key of the conversation, which is made where it is new. What a person says in a deleted one restores it."""
    own = and_(conversations.c.person == conversation.person, conversations.c.id == conversation.id)
    key = connection.execute(select(conversations.c.key).where(own)).scalar()
    if key is not None:
        used: dict[str, Any] = {"updated": now}
        if entry.role is Role.USER:
            used["deleted_at"] = None
        connection.execute(update(conversations).where(conversations.c.key == key).values(used))
        return int(key)
    summary = Summary(id=conversation.id, title=title_of(entry.gist), created=now, updated=now)
    return new(connection, conversation, summary)


def new(connection: Connection, conversation: Conversation, summary: Summary) -> int:
    """A row for a conversation; its key."""
    made = connection.execute(
        insert(conversations).values(
            person=conversation.person,
            id=conversation.id,
            title=storable(summary.title)[:LONGEST_TITLE],
            pinned=summary.pinned,
            created=summary.created,
            updated=summary.updated,
            settings=plain_settings(conversation.settings),
        )
    ).inserted_primary_key
    if made is None:
        raise AssertionError("a database gives a key to what is inserted")
    return int(made[0])


def write_entry(
    connection: Connection, person: str, conversation: int, entry: Entry, now: float, *, chosen: bool = True
) -> None:
    """One message with its files, its feedback and what it took."""
    row = {
        "chosen": chosen,
        "role": entry.role.value,
        "text": storable(entry.text),
        "state": entry.state,
        "node": storable(entry.node),
        "thinking": storable(entry.thinking),
        "thinking_seconds": entry.thinking_seconds,
        "steps": [plain(step) for step in entry.steps],
        "notices": list(entry.notices),
        "failure": plain(entry.failure) if entry.failure is not None else None,
        "use_context": entry.use_context,
        "updated": now,
    }
    this = and_(entries.c.conversation == conversation, entries.c.id == entry.id)
    added = {"conversation": conversation, "id": entry.id, "parent": entry.parent, "created": now}
    put(connection, entries, this, row, added)
    if entry.usages or entry.feedback is not None or entry.files:
        key = connection.execute(select(entries.c.key).where(this)).scalar_one()
        if entry.files:
            attach(connection, person, key, entry)
        if entry.usages:
            usage = {"usage": [plain(usage) for usage in entry.usages]}
            put(connection, runs, runs.c.entry == key, usage, {"entry": key, "requests": []})
        if entry.feedback is not None:
            judged = {"good": entry.feedback.good, "note": storable(entry.feedback.note), "updated": now}
            put(connection, feedback, feedback.c.entry == key, judged, {"entry": key})
    if entry.feedback is None:
        connection.execute(delete(feedback).where(feedback.c.entry.in_(select(entries.c.key).where(this))))


def write_run(connection: Connection, conversation: int, entry: Entry, requests: tuple[Request, ...]) -> None:
    """What models were sent for a reply."""
    this = and_(entries.c.conversation == conversation, entries.c.id == entry.id)
    key = connection.execute(select(entries.c.key).where(this)).scalar_one()
    sent = {"requests": [plain_request(request) for request in requests]}
    put(connection, runs, runs.c.entry == key, sent, {"entry": key, "usage": []})


def put(
    connection: Connection,
    table: Table,
    this: ColumnElement[bool],
    values: Mapping[str, Any],
    added: Mapping[str, Any] | None = None,
) -> None:
    """Change the rows that are `this`; where there is none and `added` is given, add one with both."""
    changed = connection.execute(update(table).where(this).values(**values)).rowcount
    if changed == 0 and added is not None:
        connection.execute(insert(table).values(**values, **added))
