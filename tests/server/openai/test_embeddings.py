"""`/v1/embeddings` and `/tokenize`."""

from __future__ import annotations

import base64
import struct
from typing import Any

import httpx
import pytest

from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive
from tests.server.openai.asking import client


async def post(path: str, **body: Any) -> httpx.Response:
    async with client(FakeLive(FakeApp(FakeNode("bot"), FakeNode("aux")))) as http:
        return await http.post(path, json=body)


async def test_each_text_has_its_vector_in_order() -> None:
    body = (await post("/v1/embeddings", input=["abc", "d"])).json()
    assert (body["object"], body["model"]) == ("list", "bot")
    assert [(one["object"], one["index"], one["embedding"]) for one in body["data"]] == [
        ("embedding", 0, [3.0, 0.5]),
        ("embedding", 1, [1.0, 0.5]),
    ]
    assert body["usage"] == {"prompt_tokens": 4, "total_tokens": 4}


async def test_base64_holds_little_endian_floats() -> None:
    body = (await post("/v1/embeddings", input="abc", encoding_format="base64")).json()
    assert struct.unpack("<2f", base64.b64decode(body["data"][0]["embedding"])) == (3.0, 0.5)


async def test_dimensions_reach_the_node() -> None:
    assert (await post("/v1/embeddings", input="abc", dimensions=1)).json()["data"][0]["embedding"] == [3.0]


async def test_tokens_are_those_of_the_node() -> None:
    assert (await post("/tokenize", content="ab")).json() == {"tokens": [97, 98]}


@pytest.mark.parametrize(
    ("path", "body", "status", "param"),
    [
        ("/v1/embeddings", {}, 400, "input"),
        ("/v1/embeddings", {"input": ""}, 400, "input"),
        ("/v1/embeddings", {"input": []}, 400, "input"),
        ("/v1/embeddings", {"input": [1, 2]}, 400, "input"),
        ("/v1/embeddings", {"input": "x", "encoding_format": "hex"}, 400, "encoding_format"),
        ("/v1/embeddings", {"input": "x", "dimensions": 0}, 400, "dimensions"),
        ("/v1/embeddings", {"input": "x", "model": "gpt-4"}, 404, "model"),
        ("/v1/embeddings", {"input": "x", "model": "aux"}, 422, None),
        ("/tokenize", {}, 400, "content"),
        ("/tokenize", {"content": 1}, 400, "content"),
        ("/tokenize", {"content": "x", "model": "aux"}, 422, None),
    ],
)
async def test_what_cannot_be_done_is_told(path: str, body: dict[str, Any], status: int, param: str | None) -> None:
    answer = await post(path, **body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (status, param)
    assert answer.json()["error"]["message"]
