"""A file that a person brings: which export it is, and the conversations in it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lazyflow.errors import LazyflowError
from lazyflow.messages import File
from lazyflow.store.conversation import Conversation
from lazyflow.store.export import VERSION
from lazyflow.store.importing.foreign import NewId
from lazyflow.store.importing.luggage import Luggage
from lazyflow.store.importing.open_webui import is_open_webui, read_open_webui
from lazyflow.store.importing.openai import is_openai, read_openai
from lazyflow.store.importing.own import read_own
from lazyflow.store.summary import Summary, title_of
from lazyflow.store.values import Malformed, mapping, sequence


class ImportRefused(LazyflowError):
    """A file that holds no conversations that can be read."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was found in a file; `skipped` conversations were empty or could not be read.

    `files` are what is attached to messages, by id: `Files.keep_file` keeps each before its conversation is added.
    `left_out` files were refused, or reading them would have taken too long.
    """

    conversations: tuple[tuple[Summary, Conversation], ...]
    skipped: int = 0
    files: Mapping[str, File] = field(default_factory=dict)
    left_out: int = 0


def read_export(
    content: str | bytes,
    person: str,
    *,
    now: float | None = None,
    new_id: NewId | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Imported:
    """The conversations in an export, as `person`'s and with ids of their own: `Conversations.add` keeps each.

    Blocks while PDFs are read, in all for up to `ALL_SECONDS` of `clock`.
    Raises: `ImportRefused`.
    """
    moment = time.time() if now is None else now
    fresh = new_id or (lambda: secrets.token_urlsafe(12))
    found, skipped = [], 0
    luggage = Luggage(fresh, clock=clock)
    for one in listed(content):
        try:
            summary, conversation = read_one(mapping(one), moment, fresh, luggage)
        except (Malformed, KeyError, OverflowError):
            skipped += 1
            continue
        if not conversation.entries:
            skipped += 1
            continue
        title = summary.title.strip() or title_of(next(iter(conversation.entries.values())).gist)
        found.append((replace(summary, title=title), replace(conversation, person=person)))
    if not found:
        raise refused("there is no conversation in it that can be read")
    told = {one.id for _, conversation in found for entry in conversation.entries.values() for one in entry.files}
    return Imported(
        tuple(found), skipped, {name: file for name, file in luggage.files.items() if name in told}, luggage.left_out
    )


def listed(content: str | bytes) -> list[Any]:
    """The conversations of a file, each marked as our own where it is."""
    try:
        document = json.loads(content.decode("utf-8-sig") if isinstance(content, bytes) else content)
    except (ValueError, RecursionError) as error:
        raise refused("it is no JSON") from error
    if isinstance(document, list):
        return document
    if isinstance(document, Mapping) and "lazyflow" in document:
        if document["lazyflow"] != VERSION:
            raise refused(f"it is of version {document['lazyflow']!r}, and this lazyflow reads version {VERSION}")
        try:
            return [{"lazyflow": mapping(one)} for one in sequence(document.get("conversations"))]
        except Malformed as error:
            raise refused("it is damaged") from error
    # One conversation alone.
    return [document]


def read_one(data: Mapping[str, Any], now: float, new_id: NewId, luggage: Luggage) -> tuple[Summary, Conversation]:
    """One conversation of any kind; files that come with it are put into `luggage`. Raises: `Malformed`."""
    if "lazyflow" in data:
        return read_own(mapping(data["lazyflow"]), new_id, luggage)
    if is_openai(data):
        return read_openai(data, now, new_id)
    if is_open_webui(data):
        return read_open_webui(data, now, new_id)
    raise Malformed("it is no conversation")


def refused(why: str) -> ImportRefused:
    """The error for a file that is of no use."""
    return ImportRefused(
        f"The file cannot be imported: {why}.",
        "Choose a JSON export of lazyflow, OpenAI's conversations.json, or a chat export of Open WebUI.",
    )
