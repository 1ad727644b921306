"""Text as XML takes it: in attributes and between tags."""

from __future__ import annotations

import re

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def attribute(text: str) -> str:
    """A quoted value."""
    return '"' + "".join(ENTITIES.get(character, character) for character in allowed(text)) + '"'


def content(text: str) -> str:
    """The text inside an element."""
    return allowed(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def allowed(text: str) -> str:
    """The text without characters that XML 1.0 cannot hold."""
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def ascii_only(document: str) -> str:
    """The document with references for what ASCII lacks: the same in any terminal and any locale."""
    return document.encode("ascii", "xmlcharrefreplace").decode("ascii")
