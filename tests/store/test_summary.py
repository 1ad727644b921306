"""One line of the list: what is shown of a message that was found."""

from __future__ import annotations

import pytest

from lazyflow.store.summary import LEAD, excerpt_of


@pytest.mark.parametrize(
    ("text", "sought", "shown"),
    [
        ("a short text", "SHORT", "a short text"),
        ("one two three four five six seven eight nine", "eight", "…four five six seven eight nine"),
        ("first\n\n  second", "second", "first second"),
        ("ß" * 500 + " Straße", "straße", "…Straße"),
        ("企鹅住在南极" * 20 + "冰", "冰", "…" + ("企鹅住在南极" * 20)[-LEAD:] + "冰"),
        ("x" * 50 + "needle", "needle", "…" + "x" * LEAD + "needle"),
        ("100% a_b (c)", "(c)", "100% a_b (c)"),
        ("elsewhere", "not there", "elsewhere"),
    ],
)
def test_an_excerpt_begins_with_a_word_shortly_before_what_was_sought(text: str, sought: str, shown: str) -> None:
    assert excerpt_of(text, sought) == shown


def test_an_excerpt_of_a_long_text_is_short() -> None:
    shown = excerpt_of("word " * 1000 + "needle" + " word" * 1000, "needle")
    assert shown.startswith("…word")
    assert shown.endswith("…")
    assert shown.index("needle") <= LEAD + 1
    assert len(shown) < 150
