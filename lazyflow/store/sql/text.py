"""Text as every database takes it."""

from __future__ import annotations


def storable(text: str) -> str:
    """The text without what no database takes: NUL and halves of UTF-16 pairs."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
