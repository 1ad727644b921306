from __future__ import annotations

import pytest

from lazyflow.nodes.online.seam import Seam

BEFORE = "Once upon a time there was a quick brown"


def joined(before: str, *pieces: str) -> str:
    seam = Seam(before)
    return "".join([*(seam.feed(piece) for piece in pieces), seam.end()])


@pytest.mark.parametrize(
    ("pieces", "rest"),
    [
        ((" fox", " jumped."), " fox jumped."),
        (("a quick", " brown", " fox"), " fox"),
        (("quick brown fox",), " fox"),
        (("a time ", "to go"), "a time to go"),
        (("brown",), "brown"),
        ((), ""),
        (("a quick brown",), ""),
    ],
)
def test_what_repeats_the_end_of_the_answer_is_left_out_and_nothing_else(pieces: tuple[str, ...], rest: str) -> None:
    assert joined(BEFORE, *pieces) == rest


def test_once_it_is_known_to_be_new_every_piece_comes_at_once() -> None:
    seam = Seam(BEFORE)
    assert [seam.feed("bro"), seam.feed("nze fox"), seam.feed(" a quick brown")] == ["", "bronze fox", " a quick brown"]


def test_without_a_beginning_nothing_waits() -> None:
    assert Seam("").feed("quick") == "quick"
