"""What a list of conversations shows of each: its title, whether it is pinned, when it was last used."""

from __future__ import annotations

import re
from dataclasses import dataclass

Place = tuple[float, str]
"""Where a conversation stands in its person's list: when it was last used, and its id where two have one time."""
LONGEST_TITLE = 200
TITLE_WORDS = 60
GAPS = re.compile(r"\s+")
LEAD, TAIL = 24, 96
"""Characters before what was sought, few enough that it is seen in a narrow list, and after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One line of the list. Times are seconds since 1970, UTC."""

    id: str
    title: str
    pinned: bool = False
    created: float
    updated: float

    @property
    def place(self) -> Place:
        """What the list is sorted by, newest first, and what its next page is asked for with."""
        return (self.updated, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A conversation that was found. `entry` is its newest message with the text; both are empty for a title's match.

    `excerpt` is the part of that message around the text.
    """

    summary: Summary
    entry: str = ""
    excerpt: str = ""


def title_of(text: str) -> str:
    """A title made from a conversation's first message: its first line, cut between words at about 60 characters."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return shortened(" ".join(line.split()))


def shortened(words: str) -> str:
    """One line, cut between words at about 60 characters."""
    if len(words) <= TITLE_WORDS:
        return words
    cut = words[:TITLE_WORDS].rsplit(" ", 1)[0]
    return f"{cut.rstrip(' ,;:.')}…"


def excerpt_of(text: str, sought: str) -> str:
    """The part of `text` around the first place where `sought` stands, on one line; it begins with a word."""
    found = re.search(re.escape(sought), text, re.IGNORECASE)
    at, end = found.span() if found else (0, 0)
    start = max(0, at - LEAD)
    if start:
        start = next((gap.end() for gap in GAPS.finditer(text, start - 1, at)), start)
    lead, tail = ("…" if start else ""), ("…" if end + TAIL < len(text) else "")
    return f"{lead}{' '.join(text[start : end + TAIL].split())}{tail}"
