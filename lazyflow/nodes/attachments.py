"""What a model reads of a message with files: the text of documents stands below what the person wrote."""

from __future__ import annotations

from lazyflow.messages import File, Message


def spoken(message: Message) -> str:
    """The message's text, followed by the text of each attached document under its name."""
    return "\n\n".join([message.text, *(f"{file.name}:\n{file.text}" for file in message.files if file.text)])


def images(message: Message) -> tuple[File, ...]:
    """The attached pictures."""
    return tuple(file for file in message.files if file.media_type.startswith("image/"))
