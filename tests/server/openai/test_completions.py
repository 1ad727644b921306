"""`/v1/completions`: texts in, answers out, in the older form."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lazyflow.nodes.events import Text, Thinking, Usage
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive
from tests.server.openai.asking import chunks, client


async def post(app: FakeApp, **body: Any) -> httpx.Response:
    async with client(FakeLive(app)) as http:
        return await http.post("/v1/completions", json={"prompt": "hi", **body})


async def test_a_prompt_is_answered_as_a_text() -> None:
    app = FakeApp(FakeNode("bot", ["Hel", Thinking("hm"), "lo", Usage(("bot",), "m", 3, 2, finish_reason="length")]))
    body = (await post(app, max_tokens=2)).json()
    assert (body["object"], body["model"], body["id"][:5]) == ("text_completion", "bot", "cmpl-")
    assert body["choices"] == [{"text": "Hello", "index": 0, "logprobs": None, "finish_reason": "length"}]
    assert body["usage"]["total_tokens"] == 5
    assert (app.asked[0].message, app.asked[0].overrides["bot"].sampling.max_tokens) == ("hi", 2)


async def test_each_prompt_has_its_answers_and_its_echo() -> None:
    app = FakeApp(FakeNode("bot", reply=lambda turn: f"{turn.message}{turn.wishes('bot').sampling.seed}"))
    body = (await post(app, prompt=["a", "b"], n=2, seed=5, echo=True)).json()
    assert [(choice["index"], choice["text"]) for choice in body["choices"]] == [
        (0, "aa5"),
        (1, "aa6"),
        (2, "bb5"),
        (3, "bb6"),
    ]


@pytest.mark.parametrize("echo", [False, True])
async def test_a_stream_has_the_same_text(echo: bool) -> None:
    app = FakeApp(FakeNode("bot", ["Hel", Thinking("hm"), "lo"]))
    got = chunks(await post(app, stream=True, echo=echo, stream_options={"include_usage": True}))
    assert "".join(chunk["choices"][0]["text"] for chunk in got[:-1]) == ("hiHello" if echo else "Hello")
    assert [chunk["choices"][0]["finish_reason"] for chunk in got[:-1]][-1] == "stop"
    assert (got[-1]["choices"], got[-1]["usage"]["total_tokens"]) == ([], 0)


async def test_logprobs_tell_where_each_token_stands() -> None:
    app = FakeApp(FakeNode("bot", [Text("ab", (("a", -0.5), ("x", -1.0), ("b", -0.25), ("y", -2.0)))]))
    told = (await post(app, logprobs=1, echo=True)).json()["choices"][0]["logprobs"]
    assert (told["tokens"], told["token_logprobs"], told["text_offset"]) == (["a", "b"], [-0.5, -0.25], [2, 3])
    assert told["top_logprobs"] == [{"x": -1.0}, {"y": -2.0}]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [1, 2, 3]}, "prompt"),
        ({"suffix": "end"}, "suffix"),
        ({"best_of": 3}, "best_of"),
        ({"logprobs": 9}, "logprobs"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_its_name(body: dict[str, Any], param: str) -> None:
    answer = await post(FakeApp(FakeNode("bot", ["x"])), **body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
