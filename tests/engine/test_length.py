from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from lazyflow.engine import length
from lazyflow.engine.contract import ContextOverflow, InvalidRequest
from lazyflow.engine.length import Room
from lazyflow.engine.prompt import Prompt
from lazyflow.messages import Message, Role

SYSTEM = Message(Role.SYSTEM, "s" * 50)


def by_letter(messages: Sequence[Message]) -> Prompt:
    """A token a letter."""
    return Prompt(np.array([ord(letter) for one in messages for letter in one.text], np.int32), thinking=False)


def conversation(turns: int, size: int = 40) -> list[Message]:
    """Turns of `size` letters, the last one without its answer."""
    messages = [SYSTEM]
    for number in range(turns):
        letter = chr(ord("a") + number % 26)
        messages += [Message(Role.USER, letter * (size // 2)), Message(Role.ASSISTANT, letter.upper() * (size // 2))]
    return messages[:-1]


def text(prompt: Prompt) -> str:
    return "".join(map(chr, prompt.tokens.tolist()))


def test_a_conversation_that_fits_is_left_alone() -> None:
    fitted = length.fit(by_letter, conversation(3), Room(context=400, answer=100, longest=1), drop=True)
    assert fitted.dropped == 0


@pytest.mark.parametrize("turns", range(4, 30))
def test_whole_turns_go_oldest_first_and_the_answer_keeps_its_room(turns: int) -> None:
    messages = conversation(turns)
    fitted = length.fit(by_letter, messages, Room(context=200, answer=50, longest=8), drop=True)
    kept = text(fitted.prompt)
    assert fitted.dropped > 0
    assert fitted.dropped % 2 == 0
    assert len(kept) <= 150
    assert kept == text(by_letter([SYSTEM, *messages[1 + fitted.dropped :]]))


def test_a_growing_conversation_keeps_its_cut_for_a_while() -> None:
    room = Room(context=2000, answer=200, longest=8)
    dropped = [length.fit(by_letter, conversation(turns), room, drop=True).dropped for turns in range(60, 100)]
    assert dropped == sorted(dropped)
    assert len(set(dropped)) < 10


def test_overflow_error_says_both_numbers() -> None:
    with pytest.raises(ContextOverflow, match=r"takes 430 tokens.*holds 200"):
        length.fit(by_letter, conversation(10), Room(context=200, answer=50, longest=8), drop=False)


def test_a_message_that_is_too_long_alone_is_an_error() -> None:
    messages = [*conversation(4), Message(Role.ASSISTANT, "b"), Message(Role.USER, "x" * 300)]
    with pytest.raises(ContextOverflow, match="takes 350 tokens"):
        length.fit(by_letter, messages, Room(context=200, answer=50, longest=8), drop=True)


def test_a_giant_message_is_refused_before_it_is_tokenised() -> None:
    def compose(_: Sequence[Message]) -> Prompt:
        pytest.fail("it was composed")

    with pytest.raises(ContextOverflow, match="far more"):
        length.fit(compose, [Message(Role.USER, "x" * 10_000_000)], Room(context=200, answer=50, longest=8), drop=True)


def test_no_message_is_an_error() -> None:
    with pytest.raises(InvalidRequest):
        length.fit(by_letter, [SYSTEM], Room(context=200, answer=50, longest=8), drop=True)


def test_the_reserve_is_what_was_asked_for_within_a_quarter() -> None:
    assert length.reserve(8192, None) == 512
    assert length.reserve(8192, 100) == 100
    assert length.reserve(1024, 4000) == 256
