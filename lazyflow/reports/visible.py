"""Text that anyone may have typed, made safe for a terminal and counted in its cells."""

from __future__ import annotations

import unicodedata

TAB = "    "
WIDE = frozenset("WF")
INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
JOINERS = "\u200c\u200d\ufe0e\ufe0f"
FLAT = frozenset({"Mn", "Me"})


def visible(text: str) -> str:
    r"""One line that shows what is there: a tab as four spaces, what cannot be seen as an escape such as `\u202e`.

    Control characters and marks that turn the direction of writing could else lie about the line or drive the terminal.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(shown, text))


def shown(character: str) -> str:
    """One character as `visible` shows it."""
    if character == "\t":
        return TAB
    if unicodedata.category(character) not in INVISIBLE or character in JOINERS:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the sizes of Python's three escapes


def cells(text: str) -> int:
    """How many columns of a terminal a visible text takes: CJK and most emoji two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(map(cell, text))


def cell(character: str) -> int:
    """The columns of one character."""
    if character in JOINERS or unicodedata.category(character) in FLAT:
        return 0
    return 2 if unicodedata.east_asian_width(character) in WIDE else 1
