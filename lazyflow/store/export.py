"""Conversations as files that a person can read or another lazyflow can import."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timezone

from lazyflow.messages import Role
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.summary import Summary
from lazyflow.store.values import Json, plain, plain_settings

VERSION = 1
SPEAKERS = {Role.USER: "You", Role.ASSISTANT: "Assistant", Role.SYSTEM: "System"}
ENDINGS = {"stopped": "stopped", "failed": "failed", "interrupted": "interrupted", "running": "interrupted"}


def markdown(summary: Summary, conversation: Conversation) -> str:
    """The branch that is shown, as Markdown."""
    day = datetime.fromtimestamp(summary.created, timezone.utc).strftime("%Y-%m-%d")
    parts = [f"# {summary.title or 'Conversation'}", f"*{day}*"]
    for entry in conversation.path():
        parts += [f"## {SPEAKERS[entry.role]}", entry.text.strip()]
        if entry.failure is not None:
            parts.append(f"*{entry.failure.message}*")
        elif entry.state in ENDINGS:
            parts.append(f"*({ENDINGS[entry.state]})*")
    return "\n\n".join(part for part in parts if part) + "\n"


def to_json(kept: Iterable[tuple[Summary, Conversation]]) -> str:
    """Whole conversations with all branches, as JSON that `read_export` takes back."""
    document = {"lazyflow": VERSION, "conversations": [whole(*one) for one in kept]}
    return json.dumps(document, ensure_ascii=False, indent=1)


def whole(summary: Summary, conversation: Conversation) -> Json:
    """One conversation. `shown` names the messages of which each continues the branch that is shown."""
    return {
        "title": summary.title,
        "pinned": summary.pinned,
        "created": summary.created,
        "updated": summary.updated,
        "entries": [entry_json(entry) for entry in conversation.entries.values()],
        "shown": list(conversation.chosen.values()),
        "settings": plain_settings(conversation.settings),
    }


def entry_json(entry: Entry) -> Json:
    """One message with all that is known of it."""
    return {
        "id": entry.id,
        "parent": entry.parent,
        "role": entry.role.value,
        "text": entry.text,
        "state": entry.state,
        "node": entry.node,
        "use_context": entry.use_context,
        "thinking": entry.thinking,
        "thinking_seconds": entry.thinking_seconds,
        "steps": [plain(step) for step in entry.steps],
        "notices": list(entry.notices),
        "usages": [plain(usage) for usage in entry.usages],
        "failure": plain(entry.failure) if entry.failure is not None else None,
        "feedback": plain(entry.feedback) if entry.feedback is not None else None,
    }
