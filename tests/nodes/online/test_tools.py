"""A caller's tools at a real provider's API: what is sent, and which events come of its chunks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lazyflow.messages import Message, Role, ToolCall
from lazyflow.nodes.contract import Node, Overrides, Takes, Tools
from lazyflow.nodes.events import Notice, Request, Text, ToolCallDelta
from lazyflow.nodes.fallback import FallbackNode
from lazyflow.nodes.online.node import OnlineNode
from lazyflow.spec.nodes import Fallback, OnlineSpec
from tests.nodes.fake_node import FakeNode
from tests.nodes.online.asking import KEY, TURN, asked, events_of, node, text_of, usage_of
from tests.servers.peer import answer, error, serving, status

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
OFFER = Overrides(tools=Tools(offered=(WEATHER,), choice="auto", parallel=False))
ASKING = replace(TURN, overrides={"chat": OFFER}, readers=frozenset({"chat"}))


def piece(
    index: int | None, *, call: str | None = None, name: str | None = None, arguments: str = ""
) -> dict[str, Any]:
    function = {"arguments": arguments, **({"name": name} if name else {})}
    place = {} if index is None else {"index": index}
    return {"tool_calls": [{**place, **({"id": call, "type": "function"} if call else {}), "function": function}]}


CALLS: list[Mapping[str, object]] = [
    piece(0, call="a1", name="weather", arguments=""),
    piece(0, arguments='{"city":'),
    piece(0, arguments=' "Ulm"}'),
    piece(1, call="b2", name="weather", arguments="{}"),
]
TOLD = [
    ToolCallDelta(0, "a1", "weather"),
    ToolCallDelta(0, arguments='{"city":'),
    ToolCallDelta(0, arguments=' "Ulm"}'),
    ToolCallDelta(1, "b2", "weather", "{}"),
]


async def test_tools_are_sent_as_they_are_and_calls_come_as_they_stream() -> None:
    async with asked(answer(CALLS, finish="tool_calls")) as (chat, peer):
        events = await events_of(chat, ASKING)
    body = peer.received[0].body
    assert (body["tools"], body["tool_choice"], body["parallel_tool_calls"]) == ([WEATHER], "auto", False)
    assert [event for event in events if isinstance(event, ToolCallDelta)] == TOLD
    assert usage_of(events).finish_reason == "tool_calls"


async def test_earlier_calls_and_their_results_are_sent_back() -> None:
    history = (
        Message(Role.USER, "hi"),
        Message(Role.ASSISTANT, "", calls=(ToolCall("a1", "weather", "{}"), ToolCall("b2", "weather", "[]"))),
        Message(Role.TOOL, "rain", answers="a1"),
    )
    turn = replace(ASKING, history=history, message="sun", answers="b2")
    async with asked(answer()) as (chat, peer):
        events = await events_of(chat, turn)
    user, called, first, second = peer.received[0].body["messages"]
    assert user == {"role": "user", "content": "hi"}
    assert called["role"] == "assistant"
    assert [(one["id"], one["function"]) for one in called["tool_calls"]] == [
        ("a1", {"name": "weather", "arguments": "{}"}),
        ("b2", {"name": "weather", "arguments": "[]"}),
    ]
    assert first == {"role": "tool", "tool_call_id": "a1", "content": "rain"}
    assert second == {"role": "tool", "tool_call_id": "b2", "content": "sun"}
    assert text_of(events) == "Hello"
    shown = next(event for event in events if isinstance(event, Request)).messages
    assert shown[1] == ("assistant", "weather({})\nweather([])")


@pytest.mark.parametrize("index", [0, None])
async def test_whole_calls_that_all_bear_one_index_are_told_apart(index: int | None) -> None:
    pieces = [piece(index, call=name, name="weather", arguments="{}") for name in ("a1", "b2")]
    async with asked(answer(pieces, finish="tool_calls")) as (chat, _):
        events = await events_of(chat, ASKING)
    assert [event for event in events if isinstance(event, ToolCallDelta)] == [
        ToolCallDelta(0, "a1", "weather", "{}"),
        ToolCallDelta(1, "b2", "weather", "{}"),
    ]


async def test_an_answer_in_a_form_may_call_tools_first() -> None:
    async with asked(answer(CALLS, finish="tool_calls"), format="json") as (chat, _):
        events = await events_of(chat, ASKING)
    assert [event for event in events if isinstance(event, ToolCallDelta)] == TOLD


async def test_a_call_that_nobody_can_do_is_noted() -> None:
    async with asked(answer(CALLS, finish="tool_calls"), options={"tools": [WEATHER]}) as (chat, _):
        events = await events_of(chat)
    assert not [event for event in events if isinstance(event, ToolCallDelta)]
    (notice,) = [event for event in events if isinstance(event, Notice)]
    assert notice.text == "chat: the model calls weather, weather, which nobody here can do"


async def test_after_a_piece_of_a_call_nothing_is_tried_again() -> None:
    async with asked(answer(CALLS[:1], finish=None, usage=None), retries=2) as (chat, peer):
        with pytest.raises(Exception, match="finish reason"):
            await events_of(chat, ASKING)
    assert len(peer.received) == 1


async def test_only_nodes_that_call_tools_stand_in_where_tools_are_offered() -> None:
    deaf = FakeNode("deaf", ["nothing to offer"])
    async with asked(status(500, error("no"))) as (first, _), serving(answer(CALLS, finish="tool_calls")) as peer:
        spec = OnlineSpec(name="second", source="openai", model="m", api_base=peer.url, retries=0)
        others: list[Node] = [deaf, OnlineNode(spec, {"OPENAI_API_KEY": KEY})]
        events = await events_of(FallbackNode(first, others, Fallback(nodes=("deaf", "second"))), ASKING)
    assert deaf.turns == []
    assert len(peer.received) == 1
    assert any(isinstance(event, Notice) and "second answers" in event.text for event in events)
    assert not [event for event in events if isinstance(event, Text)]


async def test_what_a_provider_takes_is_known_before_it_is_asked() -> None:
    assert await node(model="gpt-4o-mini").takes() == Takes(tools=True, images=True)
    assert await node(model="gpt-3.5-turbo").takes() == Takes(tools=True, images=False)
    assert await node(model="of-our-own").takes() == Takes(tools=True, images=True)
    assert await node({}, model="gpt-4o-mini").takes() == Takes(tools=True, images=True)
