"""What a conversation is made of: messages with a role, and the parts of a message that are not plain text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(str, Enum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class File:
    """Something a person attached: name, media type (`text/csv`, `image/png`), content and, for documents, its text."""

    name: str
    media_type: str
    data: bytes
    text: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; `files` are its attachments."""

    role: Role
    text: str
    files: tuple[File, ...] = ()


History = tuple[Message, ...]
