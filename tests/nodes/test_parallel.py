from __future__ import annotations

import asyncio

import pytest

from lazyflow.nodes.contract import NodeFailed, Turn
from lazyflow.nodes.events import Step
from lazyflow.nodes.parallel import ParallelNode
from tests.nodes.fake_node import FakeNode, answer


async def test_all_branches_answer_the_same_message_and_the_template_joins_them() -> None:
    one, two = FakeNode("a", ["yes"]), FakeNode("b", ["no"])
    node = ParallelNode("both", {"first": one, "second-view": two}, "{{ first }} or {{ second_view }}: {{ input }}")
    text, others = await answer(node, Turn(message="sure?"))
    assert text == "yes or no: sure?"
    ended = {event.path for event in others if isinstance(event, Step) and event.state == "ended"}
    assert ended == {("both", "a"), ("both", "b")}


async def test_without_a_template_every_output_stands_under_its_name() -> None:
    node = ParallelNode("both", {"x": FakeNode("a", ["1"]), "y": FakeNode("b", ["2"])}, None)
    assert (await answer(node, Turn(message="?")))[0] == "**x**\n\n1\n\n**y**\n\n2"


async def test_branches_run_at_the_same_time() -> None:
    nodes = [FakeNode("a", hangs=True), FakeNode("b", hangs=True)]
    events = ParallelNode("both", {"x": nodes[0], "y": nodes[1]}, None).stream(Turn(message="?").enter("both"))
    await anext(events)
    await anext(events)
    await asyncio.sleep(0.01)
    assert [node.running for node in nodes] == [1, 1]
    await events.aclose()
    assert [node.running for node in nodes] == [0, 0]


async def test_a_branch_that_fails_ends_the_others() -> None:
    other = FakeNode("b", hangs=True)
    node = ParallelNode("both", {"x": FakeNode("a", fails="no key"), "y": other}, None)
    with pytest.raises(NodeFailed, match="no key"):
        await answer(node, Turn(message="?"))
    assert other.running == 0
    assert len(asyncio.all_tasks()) == 1


async def test_a_slow_reader_holds_the_branches_back() -> None:
    node = FakeNode("a", ["x"] * 1000)
    said = 0
    events = ParallelNode("p", {"x": node}, None).stream(Turn(message="?").enter("p"))
    await anext(events)
    for _ in range(3000):
        await asyncio.sleep(0)
    async for event in events:
        said += isinstance(event, Step) and event.state == "output"
    assert said == 1000


async def test_no_branch_goes_on_with_what_stands_of_the_joined_answer() -> None:
    branch = FakeNode("a", ["x"])
    await answer(ParallelNode("both", {"a": branch}, None), Turn(message="hi", begun="so far"))
    assert branch.turns[0].begun == ""
