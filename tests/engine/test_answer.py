from __future__ import annotations

from lazyflow.engine.answer import Answer
from lazyflow.engine.contract import Output, TextDelta, ThinkingDelta


def told(answer: Answer, pieces: list[bytes]) -> list[Output]:
    return [output for piece in pieces for output in answer.feed(piece)] + answer.end()


def test_characters_come_whole() -> None:
    pieces = [byte.to_bytes(1, "big") for byte in "añ😀".encode()]
    assert told(Answer(()), pieces) == [TextDelta("a"), TextDelta("ñ"), TextDelta("😀")]


def test_what_is_no_text_is_marked() -> None:
    assert told(Answer(()), [b"\xf0\x9f"]) == [TextDelta("�")]


def test_stop_strings_end_the_answer_and_not_the_thinking() -> None:
    answer = Answer(("stop",))
    assert told(answer, [b"<think>stop</think>", b"go st", b"op now"]) == [ThinkingDelta("stop"), TextDelta("go ")]
    assert answer.stopped
    assert answer.thought
    assert answer.text == "go "


def test_logprobs_come_with_the_text_they_belong_to() -> None:
    answer = Answer(())
    assert answer.feed(b"\xc3", (("\ufffd", -1.0),)) == []
    assert answer.feed(b"\xb1", (("\ufffd", -2.0),)) == [TextDelta("ñ", (("\ufffd", -1.0), ("\ufffd", -2.0)))]
