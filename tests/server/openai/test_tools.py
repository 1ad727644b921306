"""Tools that a caller offers: what reaches the node, what comes back, what is refused before any work."""

from __future__ import annotations

from typing import Any

import pytest

from lazyflow.messages import Message, Role, ToolCall
from lazyflow.nodes.contract import Takes, Tools
from lazyflow.nodes.events import Event, Text, ToolCallDelta, Usage
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp
from tests.server.openai.asking import HI, chunks, post

WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
CALLS: list[str | Event] = [
    ToolCallDelta(0, "a1", "weather", '{"city":'),
    ToolCallDelta(0, arguments=' "Ulm"}'),
    ToolCallDelta(1, "b2", "time"),
    Usage(("bot",), "m", finish_reason="tool_calls"),
]
CALL = {"id": "a1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Ulm"}'}}
ASKED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
TOLD = {"role": "tool", "tool_call_id": "a1", "content": "rain"}


def app(*pieces: str | Event) -> FakeApp:
    found = FakeApp(FakeNode("bot", pieces or ["ok"]))
    found.able["bot"] = Takes(tools=True)
    return found


async def test_the_callers_tools_reach_the_node_as_they_are() -> None:
    bot = app()
    chosen = {"type": "function", "function": {"name": "weather"}}
    await post(bot, tools=[WEATHER], tool_choice=chosen, parallel_tool_calls=False)
    assert bot.asked[0].overrides["bot"].tools == Tools(offered=(WEATHER,), choice=chosen, parallel=False)
    await post(bot, tools=[WEATHER], tool_choice="required")
    assert bot.asked[1].overrides["bot"].tools == Tools(offered=(WEATHER,), choice="required")


async def test_fields_of_a_tool_that_are_not_known_here_are_passed_on() -> None:
    bot = app()
    strict = {"type": "function", "function": {"name": "f", "strict": True}, "cache_control": {"type": "ephemeral"}}
    await post(bot, tools=[strict])
    tools = bot.asked[0].overrides["bot"].tools
    assert tools is not None
    assert tools.offered == (strict,)


async def test_calls_come_whole_with_their_reason() -> None:
    choice = (await post(app(*CALLS), tools=[WEATHER])).json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"] == [
        CALL,
        {"id": "b2", "type": "function", "function": {"name": "time", "arguments": ""}},
    ]


BEGUN = {"name": "weather", "arguments": '{"city":'}


async def test_calls_stream_piece_by_piece() -> None:
    got = chunks(await post(app(*CALLS), tools=[WEATHER], stream=True))
    assert [chunk["choices"][0]["delta"] for chunk in got] == [
        {"role": "assistant", "content": None},
        {"tool_calls": [{"index": 0, "id": "a1", "type": "function", "function": BEGUN}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ' "Ulm"}'}}]},
        {
            "tool_calls": [
                {"index": 1, "id": "b2", "type": "function", "function": {"name": "time", "arguments": ""}},
            ]
        },
        {},
    ]
    assert got[-1]["choices"][0]["finish_reason"] == "tool_calls"


async def test_text_before_a_call_is_told_too() -> None:
    message = (await post(app(Text("Let me see."), *CALLS), tools=[WEATHER])).json()["choices"][0]["message"]
    assert (message["content"], len(message["tool_calls"])) == ("Let me see.", 2)


async def test_the_results_of_tools_go_back_to_the_node() -> None:
    bot = app()
    both = {**ASKED, "tool_calls": [CALL, {**CALL, "id": "b2"}]}
    await post(bot, messages=[*HI, both, TOLD, {**TOLD, "tool_call_id": "b2", "content": "sun"}], tools=[WEATHER])
    call = ToolCall("a1", "weather", '{"city": "Ulm"}')
    ask = bot.asked[0]
    assert (ask.message, ask.answers) == ("sun", "b2")
    assert ask.history == (
        Message(Role.USER, "hi"),
        Message(Role.ASSISTANT, "", calls=(call, ToolCall("b2", call.name, call.arguments))),
        Message(Role.TOOL, "rain", answers="a1"),
    )


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"tools": [WEATHER]}, "tools"),
        ({"messages": [*HI, ASKED, TOLD]}, "messages"),
        ({"messages": [*HI, ASKED, TOLD, *HI]}, "messages"),
    ],
)
async def test_a_node_that_cannot_call_tools_refuses_before_any_work(body: dict[str, Any], param: str) -> None:
    plain = FakeApp(FakeNode("bot", ["x"]))
    answer = await post(plain, **body)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (400, param, "unsupported")
    assert "'bot' cannot call tools" in error["message"]
    assert plain.asked == []


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"tools": [{"type": "function", "function": {"name": "two words"}}]}, "tools"),
        ({"tools": [{"type": "retrieval", "function": {"name": "x"}}]}, "tools"),
        ({"tools": [WEATHER] * 129}, "tools"),
        ({"tools": [WEATHER], "tool_choice": "always"}, "tool_choice"),
        (
            {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "time"}}},
            "tool_choice",
        ),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "time"}}}, "tool_choice"),
        ({"functions": [{"name": "weather"}]}, "functions"),
        ({"messages": [*HI, TOLD]}, "messages"),
        ({"messages": [*HI, ASKED]}, "messages"),
        ({"messages": [*HI, ASKED, *HI]}, "messages"),
        ({"messages": [*HI, ASKED, {"role": "tool", "content": "rain"}]}, "messages"),
        ({"messages": [*HI, ASKED, {**TOLD, "tool_call_id": "other"}]}, "messages"),
        ({"messages": [*HI, ASKED, TOLD, TOLD]}, "messages"),
        ({"messages": [{**ASKED, "role": "user", "content": "x"}]}, "messages"),
        ({"messages": [*HI, {"role": "function", "name": "weather", "content": "rain"}]}, "messages"),
    ],
)
async def test_a_wrong_tool_is_named_in_openais_shape(body: dict[str, Any], param: str) -> None:
    bot = app()
    answer = await post(bot, **body)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["param"]) == (400, "invalid_request_error", param)
    assert bot.asked == []


async def test_no_tools_and_a_choice_that_asks_for_none_are_fine() -> None:
    plain = FakeApp(FakeNode("bot", ["x"]))
    assert (await post(plain, tools=[], tool_choice="none")).status_code == 200
    assert plain.asked[0].overrides["bot"].tools is None
