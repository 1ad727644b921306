"""What a file is, by its first bytes: its name may say anything."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

PDF = "application/pdf"
TEXT = "text/plain"
TEXTS: Mapping[str, str] = {".md": "text/markdown", ".markdown": "text/markdown", ".csv": "text/csv"}
LONGEST_NAME = 120
# Control characters of text: tab, line feed, form feed, carriage return, and the escape of coloured logs.
BINARY = frozenset(range(32)) - {9, 10, 12, 13, 27}


def picture_type(data: bytes) -> str | None:
    """The media type of a picture that models take; None where it is none."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def is_pdf(data: bytes) -> bool:
    """Whether it says that it is a PDF."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-")


def decoded(data: bytes) -> str | None:
    """The text of a file in UTF-8, or in UTF-16 with its mark; None where it is no text."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any(ord(character) in BINARY for character in set(text)) else text


def text_type(name: str) -> str:
    """The media type of a text: never one that a browser would run."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    return TEXTS.get(ending, TEXT)


def plain_name(name: str) -> str:
    """A name of one visible line without folders, no longer than `LONGEST_NAME`; its ending stays."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Marks that turn the direction of writing make `gpj.exe` of `exe.jpg`.
    kept = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in last)
    line = " ".join(kept.split()) or "file"
    if len(line) <= LONGEST_NAME:
        return line
    stem, dot, ending = line.rpartition(".")
    if not dot or len(ending) > LONGEST_NAME // 2:
        return line[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
