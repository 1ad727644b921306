"""The chat export of Open WebUI: a list of chats, each with a tree of messages in `chat.history`."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from lazyflow.messages import Role
from lazyflow.store.conversation import Conversation
from lazyflow.store.importing.foreign import NewId, Said, conversation_of
from lazyflow.store.summary import Summary
from lazyflow.store.values import mapping, maybe, number, sequence, text

ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
REASONING = re.compile(r'<details type="reasoning"[^>]*>\s*(?:<summary>[^<]*</summary>)?(.*?)</details>', re.DOTALL)
TOOL = re.compile(r'<details type="(?:tool_calls|code_interpreter)"[^>]*>.*?</details>', re.DOTALL)
"""A call of a tool with its result, which their page folds away."""
LATEST = 1e11
"""Seconds: a time beyond it is in milliseconds."""


def is_open_webui(data: Mapping[str, Any]) -> bool:
    """Whether one element of a list looks like a chat of theirs."""
    return "chat" in data


def read_open_webui(data: Mapping[str, Any], now: float, new_id: NewId) -> tuple[Summary, Conversation]:
    """One chat. Raises: `Malformed`."""
    chat = mapping(data["chat"])
    history = mapping(chat.get("history") or {})
    if history.get("messages"):
        said = {id: said_in(mapping(one)) for id, one in mapping(history["messages"]).items()}  # noqa: A001 - their word
        last = maybe(history.get("currentId"), text)
    else:
        said, last = in_a_row(chat)
    conversation = conversation_of(said, last, new_id)
    created = time_in(data.get("created_at") or chat.get("timestamp")) or now
    summary = Summary(
        id=conversation.id,
        title=text(data.get("title") or chat.get("title") or ""),
        pinned=data.get("pinned") is True,
        created=created,
        updated=time_in(data.get("updated_at")) or created,
    )
    return summary, conversation


def in_a_row(chat: Mapping[str, Any]) -> tuple[dict[str, Said], str | None]:
    """The messages of an old export, which has no tree."""
    said: dict[str, Said] = {}
    last: str | None = None
    for number_, message in enumerate(sequence(chat.get("messages") or [])):
        said[str(number_)] = said_in({**mapping(message), "parentId": last})
        last = str(number_)
    return said, last


def said_in(message: Mapping[str, Any]) -> Said:
    """One message; thinking stands inside the text, as HTML."""
    content = text(message.get("content") or "")
    thought = "\n\n".join(found.strip() for found in REASONING.findall(content))
    return Said(
        parent=maybe(message.get("parentId"), text),
        role=ROLES.get(text(message.get("role"))),
        text=TOOL.sub("", REASONING.sub("", content)).strip(),
        thinking=re.sub(r"^> ?", "", html.unescape(thought), flags=re.MULTILINE),
    )


def time_in(data: object) -> float | None:
    """Seconds, from seconds or milliseconds."""
    if data is None:
        return None
    found = number(data)
    return found / 1000 if found > LATEST else found
