"""What a page sends: untrusted JSON becomes one of our requests, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lazyflow.store.conversation import Feedback
from lazyflow.store.summary import LONGEST_TITLE
from lazyflow.web.requests import (
    Adjust,
    Choose,
    Controls,
    Delete,
    Edit,
    FromPage,
    GoOn,
    Inspect,
    Judge,
    List,
    New,
    Overview,
    Pin,
    Ready,
    Regenerate,
    Remove,
    Rename,
    Send,
    Stop,
)

LONGEST_MESSAGE = 1_000_000
LONGEST_ID = 64
LONGEST_NOTE = 2_000
MOST_FILES = 100
LONGEST_LIST = 20_000


def parse(data: object) -> FromPage | None:
    """What the page asks for; None where it is nothing that our page says."""
    if not isinstance(data, Mapping):
        return None
    build = BUILDERS.get(str(data.get("t")))
    return build(data) if build is not None else None


def text_of(data: Mapping[str, Any]) -> str | None:
    """A message's text, if there is any and it is not absurdly long."""
    text = data.get("s")
    return text if isinstance(text, str) and text.strip() and len(text) <= LONGEST_MESSAGE else None


def files_of(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The ids of attached files."""
    ids = data.get("files", [])
    known = isinstance(ids, list) and len(ids) <= MOST_FILES
    fits = known and all(isinstance(one, str) and 0 < len(one) <= LONGEST_ID for one in ids)
    return tuple(dict.fromkeys(ids)) if fits else None


def message_of(data: Mapping[str, Any]) -> tuple[str, tuple[str, ...]] | None:
    """A message's text and files: one of them may be missing."""
    files = files_of(data)
    text = text_of(data) or ("" if files and data.get("s", "") == "" else None)
    return None if text is None or files is None else (text, files)


def id_of(data: Mapping[str, Any], key: str = "id") -> str | None:
    """The id of a message, or of a conversation."""
    value = data.get(key)
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_ID else None


def ready(data: Mapping[str, Any]) -> FromPage:
    """Build a `Ready`."""
    conversation = data.get("c")
    return Ready(conversation if isinstance(conversation, str) and len(conversation) <= LONGEST_ID else "")


def send(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `Send`."""
    said = message_of(data)
    return None if said is None else Send(said[0], data.get("context") is not False, said[1])


def edit(data: Mapping[str, Any]) -> FromPage | None:
    """Build an `Edit`."""
    said, entry = message_of(data), id_of(data)
    return None if said is None or entry is None else Edit(entry, said[0], data.get("context") is not False, said[1])


def regenerate(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `Regenerate`."""
    entry, node = id_of(data), data.get("node")
    return None if entry is None else Regenerate(entry, node if isinstance(node, str) else "")


def go_on(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `GoOn`."""
    entry = id_of(data)
    return None if entry is None else GoOn(entry)


def remove(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `Remove`."""
    entry = id_of(data)
    return None if entry is None else Remove(entry, data.get("undo") is True)


def judge(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `Judge`."""
    entry, good, note = id_of(data), data.get("good"), data.get("note")
    if entry is None:
        return None
    said = note.strip()[:LONGEST_NOTE] if isinstance(note, str) else ""
    return Judge(entry, Feedback(good=good, note=said) if isinstance(good, bool) else None)


def inspect(data: Mapping[str, Any]) -> FromPage | None:
    """Build an `Inspect`."""
    entry = id_of(data)
    return None if entry is None else Inspect(entry)


def adjust(data: Mapping[str, Any]) -> FromPage | None:
    """Build an `Adjust`."""
    node, param = id_of(data, "node"), id_of(data, "param")
    return None if node is None or param is None else Adjust(node, param, data.get("value"))


def choose(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `Choose`."""
    entry = id_of(data)
    return None if entry is None else Choose(entry)


def listed(data: Mapping[str, Any]) -> FromPage:
    """Build a `List`."""
    text, most = data.get("s"), data.get("n")
    sought = text.strip()[:LONGEST_TITLE] if isinstance(text, str) else ""
    return List(sought, most) if isinstance(most, int) and 0 < most <= LONGEST_LIST else List(sought)


def rename(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `Rename`."""
    title, conversation = text_of(data), id_of(data, "c")
    return None if title is None or conversation is None else Rename(conversation, title.strip()[:LONGEST_TITLE])


def pin(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `Pin`."""
    conversation = id_of(data, "c")
    return None if conversation is None else Pin(conversation, data.get("on") is True)


def delete(data: Mapping[str, Any]) -> FromPage | None:
    """Build a `Delete`."""
    conversation = id_of(data, "c")
    return None if conversation is None else Delete(conversation, data.get("undo") is True)


BUILDERS: dict[str, Callable[[Mapping[str, Any]], FromPage | None]] = {
    "ready": ready,
    "send": send,
    "edit": edit,
    "regenerate": regenerate,
    "go-on": go_on,
    "remove": remove,
    "judge": judge,
    "inspect": inspect,
    "overview": lambda data: Overview(graph=data.get("graph") is True),
    "controls": lambda _: Controls(),
    "adjust": adjust,
    "choose": choose,
    "stop": lambda _: Stop(),
    "new": lambda _: New(),
    "list": listed,
    "rename": rename,
    "pin": pin,
    "delete": delete,
}
