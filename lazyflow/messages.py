"""What a conversation is made of: messages with a role, and the parts of a message that are not plain text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

FileKind = Literal["text", "picture"]


class Role(str, Enum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class File:
    """Something a person attached: name, media type (`text/csv`, `image/png`), content and, for documents, its text."""

    name: str
    media_type: str
    data: bytes
    text: str = ""

    @property
    def kind(self) -> FileKind:
        """What a node must take to take this file."""
        return kind_of(self.media_type)


def kind_of(media_type: str) -> FileKind:
    """A document is read as text, whatever it was."""
    return "picture" if media_type.startswith("image/") else "text"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's call of one of the tools that a program offered; `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; `files` are its attachments.

    `calls` are the tool calls of an assistant's message, `answers` the id of the call whose result a tool's message is.
    """

    role: Role
    text: str
    files: tuple[File, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    answers: str = ""


History = tuple[Message, ...]
