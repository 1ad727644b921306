"""Lazyflow's own export. It may have been edited: everything in it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from lazyflow.messages import Role
from lazyflow.store.conversation import Conversation, Entry, ReplyState
from lazyflow.store.importing.foreign import NewId
from lazyflow.store.importing.luggage import Luggage
from lazyflow.store.summary import Summary
from lazyflow.store.values import (
    Malformed,
    failure,
    feedback,
    mapping,
    maybe,
    number,
    one_of,
    sequence,
    settings,
    step,
    text,
    usage,
)


def read_own(data: Mapping[str, Any], new_id: NewId, luggage: Luggage) -> tuple[Summary, Conversation]:
    """One conversation; what is attached to its messages is put into `luggage`. Raises: `Malformed`."""
    ids: dict[str, str] = {}
    entries: dict[str, Entry] = {}
    for one in sequence(data.get("entries")):
        fields = mapping(one)
        old, parent = text(fields.get("id")), maybe(fields.get("parent"), text)
        if old in ids:
            raise Malformed("two messages have one id")
        if parent is not None and parent not in ids:
            raise Malformed("a message follows none before it")
        ids[old] = new_id()
        entry = entry_in(fields, ids[old], None if parent is None else ids[parent])
        brought = [luggage.take(mapping(file)) for file in sequence(fields.get("files", []))]
        entry = replace(entry, files=tuple(file for file in brought if file is not None))
        before = entries[entry.parent].role if entry.parent is not None else Role.ASSISTANT
        # A question whose answer was deleted may stand before another one.
        if before is Role.ASSISTANT and entry.role is Role.ASSISTANT:
            raise Malformed("an answer has no question")
        entries[entry.id] = entry
    chosen = {entry.parent: entry.id for entry in entries.values()}
    for one in sequence(data.get("shown")):
        shown = entries.get(ids.get(text(one), ""))
        if shown is not None:
            chosen[shown.parent] = shown.id
    conversation = Conversation(
        id=new_id(), entries=entries, chosen=chosen, settings=settings(data.get("settings", {}))
    )
    summary = Summary(
        id=conversation.id,
        title=text(data.get("title")),
        pinned=data.get("pinned") is True,
        created=number(data.get("created")),
        updated=number(data.get("updated")),
    )
    return summary, conversation.interrupted()


def entry_in(fields: Mapping[str, Any], id: str, parent: str | None) -> Entry:  # noqa: A002 - its name
    """One message. Raises: `Malformed`."""
    state: Any = one_of(fields.get("state", "done"), get_args(ReplyState))
    return Entry(
        id=id,
        parent=parent,
        role=Role(one_of(fields.get("role"), ("user", "assistant"))),
        text=text(fields.get("text")),
        state=state,
        node=text(fields.get("node", "")),
        use_context=fields.get("use_context", True) is not False,
        thinking=text(fields.get("thinking", "")),
        thinking_seconds=maybe(fields.get("thinking_seconds"), number),
        steps=tuple(step(one) for one in sequence(fields.get("steps", []))),
        notices=tuple(text(one) for one in sequence(fields.get("notices", []))),
        usages=tuple(usage(one) for one in sequence(fields.get("usages", []))),
        failure=maybe(fields.get("failure"), failure),
        feedback=maybe(fields.get("feedback"), feedback),
    )
