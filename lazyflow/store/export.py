"""Conversations as files that a person can read or another lazyflow can import."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

from lazyflow.messages import File, Role
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.files import Attachment
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
        parts += [f"## {SPEAKERS[entry.role]}", *(f"*[{one.name}]*" for one in entry.files), entry.text.strip()]
        if entry.failure is not None:
            parts.append(f"*{entry.failure.message}*")
        elif entry.state in ENDINGS:
            parts.append(f"*({ENDINGS[entry.state]})*")
    return "\n\n".join(part for part in parts if part) + "\n"


def to_json(kept: Iterable[tuple[Summary, Conversation]], files: Mapping[str, File] | None = None) -> str:
    """Whole conversations with all branches, as JSON that `read_export` takes back.

    `files` are the contents of what is attached, by id; of others only the name is told.
    """
    document = {"lazyflow": VERSION, "conversations": [whole(*one, files or {}) for one in kept]}
    return json.dumps(document, ensure_ascii=False, indent=1)


def whole(summary: Summary, conversation: Conversation, files: Mapping[str, File]) -> Json:
    """One conversation. `shown` names the messages of which each continues the branch that is shown."""
    return {
        "title": summary.title,
        "pinned": summary.pinned,
        "created": summary.created,
        "updated": summary.updated,
        "entries": [entry_json(entry, files) for entry in conversation.entries.values()],
        "shown": list(conversation.chosen.values()),
        "settings": plain_settings(conversation.settings),
    }


def entry_json(entry: Entry, files: Mapping[str, File]) -> Json:
    """One message with all that is known of it."""
    return {
        "id": entry.id,
        "parent": entry.parent,
        "role": entry.role.value,
        "text": entry.text,
        "files": [file_json(one, files.get(one.id)) for one in entry.files],
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


def file_json(attachment: Attachment, file: File | None) -> Json:
    """An attached file, with its content in base64 where it is at hand."""
    told: Json = {"name": attachment.name, "type": attachment.media_type, "size": attachment.size}
    return told if file is None else {**told, "data": base64.b64encode(file.data).decode()}
