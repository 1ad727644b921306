from __future__ import annotations

from itertools import groupby

import pytest

from lazyflow.engine.thinking import Thinking, is_open


def split(text: str, size: int, *, opened: bool = False) -> list[tuple[str, str]]:
    thinking = Thinking(opened=opened)
    pieces = [piece for at in range(0, len(text), size) for piece in thinking.feed(text[at : at + size])]
    pieces += thinking.end()
    return [(kind, "".join(text for _, text in group)) for kind, group in groupby(pieces, key=lambda piece: piece[0])]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hello.", [("text", "Hello.")]),
        ("<think>\nhm\n</think>\n\nHello.", [("thinking", "hm\n"), ("text", "Hello.")]),
        ("\n <think>hm</think>Hello.", [("thinking", "hm"), ("text", "Hello.")]),
        ("<think></think>Hello.", [("text", "Hello.")]),
        ("<think>cut off </th", [("thinking", "cut off </th")]),
        ("<thin", [("text", "<thin")]),
        ("<thing>", [("text", "<thing>")]),
        ("Say <think>no</think>", [("text", "Say <think>no</think>")]),
        ("<think>a</b></think>c</think>", [("thinking", "a</b>"), ("text", "c</think>")]),
        ("  plain", [("text", "  plain")]),
        ("", []),
    ],
)
def test_thinking_is_told_apart_however_it_is_cut(text: str, size: int, pieces: list[tuple[str, str]]) -> None:
    assert split(text, size) == pieces


def test_a_prompt_may_have_begun_the_thinking() -> None:
    assert is_open("<|im_start|>assistant\n<think>\n")
    assert not is_open("<think></think>\n")
    assert split("hm</think>yes", 1, opened=True) == [("thinking", "hm"), ("text", "yes")]
