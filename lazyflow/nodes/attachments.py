"""What a model reads of a message with files: the text of documents is quoted below what the person wrote."""

from __future__ import annotations

import re

from lazyflow.messages import File, Message


def spoken(message: Message) -> str:
    """The message's text, followed by the text of each attached document in a fence under its name."""
    return "\n\n".join(part for part in [message.text, *(quoted(file) for file in message.files if file.text)] if part)


def quoted(file: File) -> str:
    """A document as a model is told it: nothing in it can end its fence."""
    longest = max(map(len, re.findall("`{3,}", file.text)), default=2)
    fence = "`" * (longest + 1)
    return f"{file.name}:\n{fence}\n{file.text.rstrip()}\n{fence}"


def images(message: Message) -> tuple[File, ...]:
    """The attached pictures."""
    return tuple(file for file in message.files if file.kind == "picture")
