from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from lazyflow.messages import Message, Role
from lazyflow.nodes.events import Event, Failure, FailureReason, Notice, Text, Thinking, Usage
from lazyflow.server.openai import limited
from lazyflow.server.site import build_site
from lazyflow.spec.sampling import JsonSchema
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive
from tests.server.openai.asking import HI, chunks, client, post

USAGE = Usage(("bot",), "m", prompt_tokens=7, completion_tokens=2, cached_tokens=3, finish_reason="length")


async def test_an_answer_comes_whole_with_its_usage() -> None:
    answer = await post(FakeApp(FakeNode("bot", ["Hel", "lo", USAGE])))
    body = answer.json()
    assert body["object"] == "chat.completion"
    assert body["model"] == "bot"
    assert body["choices"][0]["message"]["content"] == "Hello"
    assert body["choices"][0]["finish_reason"] == "length"
    assert (body["usage"]["prompt_tokens"], body["usage"]["total_tokens"]) == (7, 9)
    assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": 3}


async def test_a_stream_begins_with_the_role_and_ends_with_the_reason_and_the_usage() -> None:
    app = FakeApp(FakeNode("bot", ["Hel", Thinking("hm"), "lo", USAGE]))
    answer = await post(app, stream=True, stream_options={"include_usage": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    got = chunks(answer)
    assert [chunk["choices"][0]["delta"] for chunk in got[:-1]] == [
        {"role": "assistant", "content": ""},
        {"content": "Hel"},
        {"reasoning_content": "hm"},
        {"content": "lo"},
        {},
    ]
    assert got[-2]["choices"][0]["finish_reason"] == "length"
    assert (got[-1]["choices"], got[-1]["usage"]["completion_tokens"]) == ([], 2)
    assert len({chunk["id"] for chunk in got}) == 1


async def test_the_callers_messages_are_the_history() -> None:
    app = FakeApp(FakeNode("bot", ["ok"]))
    messages = [
        {"role": "developer", "content": "Be brief"},
        {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
        {"role": "assistant", "content": "yes", "tool_calls": []},
        {"role": "user", "content": "three"},
    ]
    await post(app, messages=messages, user="ann")
    ask = app.asked[0]
    assert (ask.message, ask.entry, ask.web, ask.person) == ("three", "bot", None, "ann")
    assert ask.history == (
        Message(Role.SYSTEM, "Be brief"),
        Message(Role.USER, "one\ntwo"),
        Message(Role.ASSISTANT, "yes"),
    )


async def test_parameters_reach_the_node_that_answers() -> None:
    app = FakeApp(FakeNode("bot", ["ok"]), FakeNode("other", ["ok"]))
    schema = {"type": "object"}
    await post(
        app,
        model="other",
        temperature=0.5,
        top_p=0.9,
        seed=4,
        stop="END",
        max_completion_tokens=5,
        logit_bias={"12": -100},
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
        unknown_field=True,
    )
    wish = app.asked[0].overrides["other"]
    assert (wish.sampling.temperature, wish.sampling.top_p, wish.sampling.seed) == (0.5, 0.9, 4)
    assert (wish.sampling.stop, wish.sampling.max_tokens) == (("END",), 5)
    assert (wish.format, dict(wish.logit_bias)) == (JsonSchema(schema), {12: -100})


async def test_several_answers_have_seeds_of_their_own() -> None:
    app = FakeApp(FakeNode("bot", reply=lambda turn: str(turn.wishes("bot").sampling.seed)))
    body = (await post(app, n=3, seed=10)).json()
    assert [choice["message"]["content"] for choice in body["choices"]] == ["10", "11", "12"]


async def test_several_answers_stream_side_by_side() -> None:
    got = chunks(await post(FakeApp(FakeNode("bot", ["a", "b"])), n=2, stream=True))
    for index in (0, 1):
        own = [chunk["choices"][0] for chunk in got if chunk["choices"][0]["index"] == index]
        assert "".join(choice["delta"].get("content", "") for choice in own) == "ab"
        assert own[-1]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": [{"role": "user"}, {"role": "assistant", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"n": 0}, "n"),
        ({"stop": [1]}, "stop"),
        ({"logit_bias": {"x": 1}}, "logit_bias"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"seed": 2**64}, "seed"),
    ],
)
async def test_a_wrong_field_is_named_in_openais_shape(body: dict[str, Any], param: str) -> None:
    answer = await post(FakeApp(FakeNode("bot", ["x"])), **body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


async def test_a_body_that_is_no_json_is_refused() -> None:
    async with client(FakeLive(FakeApp(FakeNode("bot", ["x"])))) as http:
        answer = await http.post("/v1/chat/completions", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


async def test_a_model_that_is_no_node_is_not_found() -> None:
    answer = await post(FakeApp(FakeNode("bot", ["x"])), model="gpt-4")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
    assert "bot" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        ("rate_limit", 429, "rate_limit_exceeded"),
        ("context_window", 400, "context_length_exceeded"),
        ("load_failed", 503, "load_failed"),
        ("busy", 429, "busy"),
        ("error", 502, "error"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_a_failure_before_the_first_word_is_a_status(
    reason: FailureReason, status: int, code: str, stream: bool
) -> None:
    pieces: list[str | Event] = [Notice("queued", "2nd in line"), Failure(("bot",), "no", "wait", reason, 2.5)]
    answer = await post(FakeApp(FakeNode("bot", pieces)), stream=stream)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers.get("retry-after") == ("3" if status in {429, 503} else None)


async def test_a_failure_after_the_first_word_is_told_in_the_stream() -> None:
    got = chunks(await post(FakeApp(FakeNode("bot", ["half", Failure(("bot",), "cut")])), stream=True))
    assert got[1]["choices"][0]["delta"] == {"content": "half"}
    assert got[-1]["error"]["message"] == "cut"


async def test_the_nodes_are_the_models_and_the_target_is_first() -> None:
    async with client(FakeLive(FakeApp(FakeNode("bot"), FakeNode("aux")))) as http:
        body = (await http.get("/v1/models")).json()
    assert [model["id"] for model in body["data"]] == ["bot", "aux"]


async def test_a_model_is_described_by_its_name() -> None:
    async with client(FakeLive(FakeApp(FakeNode("bot"), FakeNode("aux")))) as http:
        found, missing = await http.get("/v1/models/aux"), await http.get("/v1/models/gpt-4")
    assert (found.json()["id"], found.json()["object"]) == ("aux", "model")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")


LOGPROBS = Text("Hé", (("H", -0.1), ("H", -0.1), ("A", -2.0), ("é", float("-inf")), ("é", -0.2), ("e", -3.0)))


async def test_logprobs_are_told_for_each_token_with_the_likeliest() -> None:
    app = FakeApp(FakeNode("bot", [LOGPROBS]))
    choice = (await post(app, logprobs=True, top_logprobs=2)).json()["choices"][0]
    assert app.asked[0].overrides["bot"].logprobs == 2
    first, second = choice["logprobs"]["content"]
    assert (first["token"], first["logprob"], first["bytes"]) == ("H", -0.1, [72])
    assert [one["token"] for one in first["top_logprobs"]] == ["H", "A"]
    assert (second["logprob"], second["bytes"]) == (-9999.0, [195, 169])
    streamed = chunks(await post(app, logprobs=True, top_logprobs=2, stream=True))
    assert streamed[1]["choices"][0]["logprobs"] == choice["logprobs"]


async def test_no_logprobs_are_told_that_nobody_asked_for() -> None:
    assert (await post(FakeApp(FakeNode("bot", [LOGPROBS])))).json()["choices"][0]["logprobs"] is None
    assert (await post(FakeApp(FakeNode("bot", ["x"])), logprobs=True)).json()["choices"][0]["logprobs"] is None


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/tokenize"])
async def test_a_body_that_is_too_large_is_not_read_to_its_end(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "LARGEST", 1000)
    app, read = FakeApp(FakeNode("bot", ["x"])), 0

    async def endless() -> AsyncGenerator[bytes, None]:
        nonlocal read
        while True:
            read += 100
            yield b" " * 100

    async with client(FakeLive(app)) as http:
        answer = await http.post(path, content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "invalid_request_error")
    assert read <= 1200


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_hangs_up_ends_the_turn(stream: bool) -> None:
    node = FakeNode("bot", ["x"], hangs=True)
    live = FakeLive(FakeApp(node))
    site = build_site(live, "web", lambda _: None)
    body = json.dumps({"messages": HI, "stream": stream}).encode()
    gone = asyncio.Event()
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        await asyncio.sleep(0)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "raw_path": b"/v1/chat/completions",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 20500),
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1:20500"), (b"content-type", b"application/json")],
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
    }
    request = asyncio.ensure_future(cast("Any", site)(scope, receive, send))
    await node.hanging.wait()
    gone.set()
    await asyncio.wait_for(request, 2)
    await asyncio.sleep(0.01)
    assert (node.running, live.leases) == (0, 0)
