from __future__ import annotations

from lazyflow.messages import Role
from lazyflow.nodes.events import Failure, Request, Usage
from lazyflow.store.conversation import Entry, StepTaken
from lazyflow.web.calls import calls_data, events_data

ASK = ("chat", "ask")


def test_each_call_stands_with_its_own_figures_in_order() -> None:
    requests = tuple(Request(ASK, (("user", text),), (("temperature", "0"),)) for text in ("one", "two"))
    first, second = calls_data(requests, (Usage(ASK, "m", 7, 3, 2, 0.12345, 1.0), Usage(ASK, "m", 9)))
    assert first == {
        "path": ["chat", "ask"],
        "messages": [["user", "one"]],
        "parameters": [["temperature", "0"]],
        "model": "m",
        "prompt": 7,
        "cached": 2,
        "completion": 3,
        "first": 0.123,
        "seconds": 1.0,
    }
    assert (second["messages"], second["prompt"], "seconds" in second) == ([["user", "two"]], 9, False)


def test_a_call_that_broke_off_and_one_without_messages_are_both_listed() -> None:
    broken, imported = calls_data((Request(ASK, (), ()),), (Usage(("other",), "m"),))
    assert "model" not in broken
    assert (imported["path"], imported["messages"]) == (["other"], [])


def test_the_events_of_a_reply_are_told_as_far_as_they_are_kept() -> None:
    reply = Entry(
        id="a",
        parent="q",
        role=Role.ASSISTANT,
        text="Yes.",
        state="failed",
        thinking="hm",
        thinking_seconds=0.5,
        steps=(StepTaken(path=("flow", "ask"), state="ended", seconds=1.25),),
        notices=("trimmed",),
        usages=(Usage(ASK, "m", 7, 3, finish_reason="stop"),),
        failure=Failure(ASK, "It broke.", "", "timeout"),
    )
    assert events_data(reply) == [
        ["Thinking", "0.50 s, 2 characters"],
        ["Step", "flow / ask: ended, 1.25 s"],
        ["Notice", "trimmed"],
        ["Usage", "chat / ask: model m, prompt 7, completion 3, finish stop"],
        ["Failure", "chat / ask: timeout, It broke."],
        ["Text", "4 characters, failed"],
    ]
