from __future__ import annotations

import pytest

from lazyflow.engine.stop import StopStrings


def told(strings: tuple[str, ...], pieces: list[str]) -> tuple[str, bool]:
    stop = StopStrings(strings)
    text = "".join(stop.feed(piece) for piece in pieces)
    return text + stop.end(), stop.hit


@pytest.mark.parametrize(
    ("strings", "pieces", "text", "hit"),
    [
        ((), ["a", "b"], "ab", False),
        (("",), ["a", "b"], "ab", False),
        (("END",), ["one EN", "D two"], "one ", True),
        (("END",), ["one EN", "Dor"], "one ", True),
        (("END",), ["one EN", "T two"], "one ENT two", False),
        (("END",), ["one EN"], "one EN", False),
        (("aab",), ["a", "a", "a", "b"], "a", True),
        (("bc", "ab"), ["xa", "bc"], "x", True),
        (("\n\n",), ["a\n", "b\n", "\nc"], "a\nb", True),
        (("stop", "st"), ["a s", "top"], "a ", True),
    ],
)
def test_a_stop_string_ends_the_answer_where_it_begins(
    strings: tuple[str, ...],
    pieces: list[str],
    text: str,
    hit: bool,
) -> None:
    assert told(strings, pieces) == (text, hit)


def test_nothing_comes_after_a_stop_string() -> None:
    stop = StopStrings(("x",))
    assert stop.feed("ax") == "a"
    assert stop.feed("more") == ""
    assert stop.end() == ""


def test_only_what_may_be_a_stop_string_is_held_back() -> None:
    stop = StopStrings(("</s>",))
    assert stop.feed("hello <") == "hello "
    assert stop.feed("b>") == "<b>"
