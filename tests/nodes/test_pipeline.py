from __future__ import annotations

import pytest

from lazyflow.nodes.contract import NodeFailed, Turn
from lazyflow.nodes.events import Step, Text
from lazyflow.nodes.pipeline import PipelineNode
from tests.nodes.fake_node import FakeNode, answer


async def test_each_step_gets_what_the_one_before_said_and_the_last_one_streams() -> None:
    first, second = FakeNode("a", ["Gu", "ten Tag"]), FakeNode("b", ["Hello", "!"])
    text, others = await answer(PipelineNode("p", [first, second]), Turn(message="Bonjour"))
    assert text == "Hello!"
    assert [turn.message for turn in (*first.turns, *second.turns)] == ["Bonjour", "Guten Tag"]
    assert [(event.path, event.state, event.output) for event in others if isinstance(event, Step)] == [
        (("p", "a"), "began", ""),
        (("p", "a"), "output", "Gu"),
        (("p", "a"), "output", "ten Tag"),
        (("p", "a"), "ended", ""),
    ]


async def test_later_steps_know_what_all_earlier_ones_said() -> None:
    last = FakeNode("c", ["!"])
    await answer(PipelineNode("p", [FakeNode("a", ["1"]), FakeNode("b", ["2"]), last]), Turn(message="0"))
    assert last.turns[0].outputs == {"a": "1", "b": "2"}
    assert last.turns[0].path == ("p", "c")


async def test_a_step_that_fails_ends_the_pipeline_and_is_named() -> None:
    last = FakeNode("b", ["never"])
    events = []
    node = PipelineNode("p", [FakeNode("a", ["x"], fails="no model"), last])
    with pytest.raises(NodeFailed, match="no model") as caught:  # noqa: PT012 - the events before the failure count
        async for event in node.stream(Turn(message="hi").enter("p")):
            events.append(event)  # noqa: PERF401 - a comprehension would lose them with the failure
    assert caught.value.failure.path == ("p", "a")
    assert isinstance(events[-1], Step)
    assert events[-1].state == "failed"
    assert not last.turns


async def test_stopping_a_pipeline_stops_the_step_that_runs() -> None:
    slow = FakeNode("a", ["x"], hangs=True)
    events = PipelineNode("p", [slow, FakeNode("b")]).stream(Turn(message="hi").enter("p"))
    assert [await anext(events), await anext(events)] == [Step(("p", "a"), "began"), Step(("p", "a"), "output", "x")]
    await events.aclose()
    assert slow.running == 0


async def test_a_pipeline_of_one_step_is_that_step() -> None:
    node = PipelineNode("p", [FakeNode("a", ["hi"])])
    assert [event async for event in node.stream(Turn(message="x").enter("p"))] == [Text("hi")]


async def test_the_last_step_alone_goes_on_with_what_stands_of_the_answer() -> None:
    first, last = FakeNode("a", ["x"]), FakeNode("b", ["!"])
    await answer(PipelineNode("p", [first, last]), Turn(message="hi", begun="so far"))
    assert [turn.begun for turn in (*first.turns, *last.turns)] == ["", "so far"]
