"""Why a file is not taken: a word that the page has in its own language, and the same in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lazyflow.errors import LazyflowError

Reason = Literal["empty", "large", "long", "pages", "locked", "scan", "damaged", "slow", "unknown", "full"]
SENTENCES: Mapping[Reason, tuple[str, str]] = {
    "empty": ("{name} is empty.", "Choose a file with something in it."),
    "large": ("{name} is larger than {most} MB.", "Attach a smaller file, or a part of it."),
    "long": ("{name} holds more than {most} characters of text.", "Attach the part of it that matters."),
    "pages": ("{name} has more than {most} pages.", "Attach the pages that matter."),
    "locked": ("{name} is locked with a password.", "Save it without one, and attach that."),
    "scan": ("{name} holds pictures of pages and no text.", "Run text recognition over it, or attach pictures."),
    "damaged": ("{name} is damaged or no proper PDF.", "Save it anew in the program that made it."),
    "slow": ("Reading {name} took too long.", "Attach the pages that matter, or their text."),
    "unknown": (
        "{name} is neither text nor a PDF nor a picture.",
        "Text is taken as UTF-8; pictures as PNG, JPEG, WebP or GIF.",
    ),
    "full": (
        "There is no room for {name}: one person's files may have {most} MB in all.",
        "Delete conversations whose files you no longer need; a minute later their room is free.",
    ),
}


class UploadRefused(LazyflowError):
    """A file that cannot be taken; `most` is the limit that it passes, if it is one."""

    def __init__(self, reason: Reason, name: str, most: float = 0) -> None:
        told, remedy = SENTENCES[reason]
        super().__init__(told.format(name=name, most=f"{most:,.12g}"), remedy)
        self.reason = reason
        self.name = name
        self.most = most
