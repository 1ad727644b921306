from __future__ import annotations

from dataclasses import replace

import pytest

from lazyflow.messages import Message, Role
from lazyflow.nodes.contract import Node, NodeFailed, Overrides, Turn
from lazyflow.nodes.events import Event, Failure, Notice, Step, Text, Thinking
from lazyflow.nodes.fallback import FallbackNode
from lazyflow.spec.nodes import Fallback, FallbackReason
from lazyflow.spec.sampling import Sampling
from tests.collecting import collect
from tests.nodes.failing_node import FailingNode
from tests.nodes.fake_node import FakeNode

TURN = Turn(message="hi", path=("chat",))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def events_of(node: Node, turn: Turn = TURN) -> list[Event]:
    return [event async for event in node.stream(turn)]


async def test_a_node_that_answers_is_not_replaced() -> None:
    other = FakeNode("backup", ["no"])
    assert await events_of(FallbackNode(FakeNode("chat", ["yes"]), [other], Fallback())) == [Text("yes")]
    assert other.turns == []


async def test_the_other_answers_and_the_person_is_told_who_did_and_why() -> None:
    node = FallbackNode(FailingNode("chat", message="no key"), [FakeNode("backup", ["yes"])], Fallback())
    assert await events_of(node) == [Notice("fallback", "no key; backup answers instead"), Text("yes")]


@pytest.mark.parametrize(
    "shown", [Text("half"), Thinking("hm"), Step(("chat", "x"), "output", "half")], ids=["text", "thinking", "output"]
)
async def test_nobody_takes_over_after_something_was_shown(shown: Event) -> None:
    other = FakeNode("backup", ["yes"])
    events: list[Event] = []
    node = FallbackNode(FailingNode("chat", [shown], message="cut"), [other], Fallback())
    with pytest.raises(NodeFailed, match="cut"):
        await collect(node.stream(TURN), events)
    assert events == [shown]
    assert other.turns == []


@pytest.mark.parametrize("reason", ["load_failed", "error", "timeout", "rate_limit", "context_window"])
async def test_each_reason_counts_only_where_it_is_named(reason: FallbackReason) -> None:
    failing = FailingNode("chat", reason=reason)
    assert Text("yes") in await events_of(FallbackNode(failing, [FakeNode("b", ["yes"])], Fallback(when=(reason,))))
    others = tuple(set(Fallback().when) - {reason})
    with pytest.raises(NodeFailed):
        await events_of(FallbackNode(failing, [FakeNode("b", ["yes"])], Fallback(when=others)))


async def test_a_node_is_tried_again_before_another_is_asked() -> None:
    clock = Clock()
    failing = FailingNode("chat", recovers_after=2)
    node = FallbackNode(failing, [FakeNode("b", ["other"])], Fallback(retries=2), sleep=clock.sleep)
    assert await events_of(node) == [Text("recovered")]
    assert clock.slept == [0.5, 1.0]


async def test_retries_wait_as_long_as_the_provider_asks() -> None:
    clock = Clock()
    failing = FailingNode("chat", retry_after=3.0)
    await events_of(FallbackNode(failing, [FakeNode("b", ["yes"])], Fallback(retries=1), sleep=clock.sleep))
    assert clock.slept == [3.0]


async def test_a_failed_node_rests_for_the_cooldown() -> None:
    clock, failing = Clock(), FailingNode("chat")
    node = FallbackNode(failing, [FakeNode("b", ["yes"])], Fallback(cooldown=10.0), clock=clock)
    await events_of(node)
    clock.now = 9.0
    assert await events_of(node) == [Notice("fallback", "chat rests after a failure; b answers instead"), Text("yes")]
    assert failing.asked == 1
    clock.now = 10.0
    await events_of(node)
    assert failing.asked == 2


async def test_where_all_rest_all_are_asked_all_the_same() -> None:
    chat, backup = FailingNode("chat"), FailingNode("b")
    node = FallbackNode(chat, [backup], Fallback(cooldown=10.0), clock=Clock())
    for _ in range(2):
        with pytest.raises(NodeFailed):
            await events_of(node)
    assert (chat.asked, backup.asked) == (2, 2)


async def test_when_everybody_fails_the_person_hears_all_of_it() -> None:
    nodes = [FailingNode("chat", message="no key"), FailingNode("b", message="no network")]
    with pytest.raises(NodeFailed) as caught:
        await events_of(FallbackNode(nodes[0], nodes[1:], Fallback()))
    assert caught.value.failure == Failure(("chat",), "no key; then no network", "help of chat", "error")


async def test_the_other_gets_conversation_and_wishes_of_the_node_it_stands_in_for() -> None:
    other = FakeNode("backup", ["yes"])
    history = (Message(Role.USER, "before"),)
    wishes = {
        "chat": Overrides(system="be brief", logit_bias={5: 1.0}),
        "backup": Overrides(sampling=Sampling(seed=1)),
    }
    turn = Turn(message="hi", history=history, readers=frozenset({"chat"}), overrides=wishes, path=("chat",))
    await events_of(FallbackNode(FailingNode("chat"), [other], Fallback()), turn)
    assert other.turns[0].history_for("backup") == history
    assert other.turns[0].wishes("backup") == Overrides(system="be brief", sampling=Sampling(seed=1))
    assert other.turns[0].path == ("chat", "backup")


async def test_the_other_gets_no_conversation_where_the_node_gets_none() -> None:
    other = FakeNode("backup", ["yes"])
    await events_of(FallbackNode(FailingNode("chat"), [other], Fallback()), TURN)
    assert other.turns[0].history_for("backup") == ()


async def test_closing_ends_the_node_that_is_answering() -> None:
    other = FakeNode("backup", ["a"], hangs=True)
    stream = FallbackNode(FailingNode("chat"), [other], Fallback()).stream(TURN)
    while await stream.__anext__() != Text("a"):
        pass
    assert other.running == 1
    await stream.aclose()
    assert other.running == 0


async def test_the_other_goes_on_with_what_stands_of_the_answer() -> None:
    other = FakeNode("backup", ["yes"])
    await events_of(FallbackNode(FailingNode("chat"), [other], Fallback()), replace(TURN, begun="so far"))
    assert other.turns[0].begun == "so far"
