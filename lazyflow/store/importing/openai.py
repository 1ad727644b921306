"""The conversations.json of OpenAI's data export: a list of trees of messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lazyflow.messages import Role
from lazyflow.store.conversation import Conversation
from lazyflow.store.importing.foreign import NewId, Said, conversation_of
from lazyflow.store.summary import Summary
from lazyflow.store.values import mapping, maybe, number, sequence, text

ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
SOURCE = re.compile(" ?\ue200[^\ue201]*\ue201")


def is_openai(data: Mapping[str, Any]) -> bool:
    """Whether one element of a list looks like a conversation of theirs."""
    return "mapping" in data


def read_openai(data: Mapping[str, Any], now: float, new_id: NewId) -> tuple[Summary, Conversation]:
    """One conversation. Raises: `Malformed`."""
    said = {id: said_in(mapping(node)) for id, node in mapping(data["mapping"]).items()}  # noqa: A001 - their word
    conversation = conversation_of(said, maybe(data.get("current_node"), text), new_id)
    created = maybe(data.get("create_time"), number) or now
    summary = Summary(
        id=conversation.id,
        title=maybe(data.get("title"), text) or "",
        created=created,
        updated=maybe(data.get("update_time"), number) or created,
    )
    return summary, conversation


def said_in(node: Mapping[str, Any]) -> Said:
    """A node of the tree; the first of all holds no message."""
    parent = maybe(node.get("parent"), text)
    message = node.get("message")
    if message is None:
        return Said(parent=parent)
    message = mapping(message)
    hidden = mapping(message.get("metadata") or {}).get("is_visually_hidden_from_conversation") is True
    # A message to a tool is no part of the answer.
    to_tool = message.get("recipient", "all") != "all"
    role = None if hidden or to_tool else ROLES.get(text(mapping(message["author"])["role"]))
    content = mapping(message.get("content") or {})
    return Said(parent=parent, role=role, text=text_in(content), thinking=thinking_in(content))


def text_in(content: Mapping[str, Any]) -> str:
    """What was written; images and the like are left out."""
    match content.get("content_type"):
        case "text" | "multimodal_text":
            parts = [part_in(part) for part in sequence(content.get("parts") or [])]
            return "\n\n".join(part for part in parts if part)
        case "code":
            return f"```\n{text(content.get('text', ''))}\n```"
        case _:
            return ""


def part_in(part: object) -> str:
    """What was written or spoken, without the marks of sources that only their own page can draw."""
    if isinstance(part, Mapping) and part.get("content_type") == "audio_transcription":
        part = part.get("text")
    return SOURCE.sub("", part) if isinstance(part, str) else ""


def thinking_in(content: Mapping[str, Any]) -> str:
    """What the model thought."""
    if content.get("content_type") != "thoughts":
        return ""
    return "\n\n".join(text(mapping(thought).get("content", "")) for thought in sequence(content.get("thoughts") or []))
