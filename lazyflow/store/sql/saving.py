"""Writing one message, or one whole conversation, inside a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, insert, select, update

from lazyflow.messages import Role
from lazyflow.nodes.events import Request
from lazyflow.store.conversation import Conversation, Entry, Feedback
from lazyflow.store.sql.filing import attach
from lazyflow.store.sql.tables import conversations, entries, feedback, runs
from lazyflow.store.sql.text import storable
from lazyflow.store.summary import LONGEST_TITLE, Summary, title_of
from lazyflow.store.values import plain, plain_request, plain_settings

Row = dict[str, Any]
GROWS = update(entries).where(
    entries.c.conversation
    == select(conversations.c.key)
    .where(conversations.c.person == bindparam("of"), conversations.c.id == bindparam("within"))
    .scalar_subquery(),
    entries.c.id == bindparam("this"),
    entries.c.state == "running",
)
"""A reply grows twice a second for every reader: one statement, built once."""


def save_entry(
    connection: Connection, conversation: Conversation, entry: Entry, requests: tuple[Request, ...], now: float
) -> None:
    """Keep the newest state of one message; its conversation begins with it or was used now."""
    if not requests and grown(connection, conversation, entry, now):
        return
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


def grown(connection: Connection, conversation: Conversation, entry: Entry, now: float) -> bool:
    """Keep more of a reply that is running and kept already; False where it is not, or has more than grows."""
    if entry.state != "running" or entry.usages or entry.files or entry.feedback is not None:
        return False
    this = {"of": conversation.person, "within": conversation.id, "this": entry.id}
    return connection.execute(GROWS, {**row_of(entry, now), **this}).rowcount == 1


def save_settings(connection: Connection, conversation: Conversation) -> None:
    """Keep what a person set, where the conversation is kept."""
    own = and_(conversations.c.person == conversation.person, conversations.c.id == conversation.id)
    values = {"settings": plain_settings(conversation.settings)}
    connection.execute(update(conversations).where(own).values(values))


def save_whole(connection: Connection, conversation: Conversation, summary: Summary) -> None:
    """Keep a conversation that is not there yet."""
    key, now = new(connection, conversation, summary), summary.created
    shown = set(conversation.chosen.values())
    said = conversation.entries.values()
    # All in one statement: thousands of messages one by one would keep what others say waiting for seconds.
    rows = [{**row_of(entry, now, chosen=entry.id in shown), **place_of(entry, key, now)} for entry in said]
    if rows:
        connection.execute(insert(entries), rows)
    found = connection.execute(select(entries.c.id, entries.c.key).where(entries.c.conversation == key))
    keys = {row.id: row.key for row in found}
    for entry in said:
        if entry.files:
            attach(connection, conversation.person, keys[entry.id], entry)
    took = [{"entry": keys[entry.id], "requests": [], **usage_of(entry)} for entry in said if entry.usages]
    if took:
        connection.execute(insert(runs), took)
    judged = [
        {"entry": keys[entry.id], **judgement(entry.feedback, now)} for entry in said if entry.feedback is not None
    ]
    if judged:
        connection.execute(insert(feedback), judged)


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


def row_of(entry: Entry, now: float, *, chosen: bool = True) -> Row:
    """What may change of a message."""
    return {
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


def place_of(entry: Entry, conversation: int, now: float) -> Row:
    """What never changes of a message."""
    return {"conversation": conversation, "id": entry.id, "parent": entry.parent, "created": now}


def usage_of(entry: Entry) -> Row:
    """What a message took."""
    return {"usage": [plain(usage) for usage in entry.usages]}


def judgement(judged: Feedback, now: float) -> Row:
    """What the person thinks of it."""
    return {"good": judged.good, "note": storable(judged.note), "updated": now}


def write_entry(connection: Connection, person: str, conversation: int, entry: Entry, now: float) -> None:
    """One message, shown, with its files, its feedback and what it took."""
    this = and_(entries.c.conversation == conversation, entries.c.id == entry.id)
    put(connection, entries, this, row_of(entry, now), place_of(entry, conversation, now))
    if entry.usages or entry.feedback is not None or entry.files:
        key = connection.execute(select(entries.c.key).where(this)).scalar_one()
        if entry.files:
            attach(connection, person, key, entry)
        if entry.usages:
            put(connection, runs, runs.c.entry == key, usage_of(entry), {"entry": key, "requests": []})
        if entry.feedback is not None:
            put(connection, feedback, feedback.c.entry == key, judgement(entry.feedback, now), {"entry": key})
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
