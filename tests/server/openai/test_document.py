"""The API's OpenAPI document: what it says is so, and no request that it allows is a server's error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from lazyflow.nodes.contract import Takes
from lazyflow.nodes.events import Event, Text, Thinking, ToolCallDelta, Usage
from lazyflow.server.openai.told import (
    ChatCompletion,
    ChatCompletionChunk,
    EmbeddingList,
    ErrorAnswer,
    Model,
    Models,
    TextCompletion,
    TokenList,
)
from tests.clients.app import served
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive
from tests.server.openai.asking import HI, chunks, client

SAID: list[str | Event] = [
    Thinking("hm"),
    Text("Hé", (("H", -0.1), ("H", -0.1), ("é", -0.5), ("e", -0.6))),
    ToolCallDelta(0, "a1", "weather", "{}"),
    Usage(("bot",), "m", prompt_tokens=7, completion_tokens=2, finish_reason="tool_calls"),
]
CHAT = {
    "messages": HI,
    "logprobs": True,
    "top_logprobs": 1,
    "tools": [{"type": "function", "function": {"name": "weather"}}],
}
TEXT = {"prompt": "hi", "logprobs": 1}


async def ask(method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    app = FakeApp(FakeNode("bot", SAID))
    app.able["bot"] = Takes(tools=True)
    async with client(FakeLive(app)) as http:
        return await http.request(method, path, json=body)


@pytest.mark.parametrize(
    ("method", "path", "body", "shape"),
    [
        ("POST", "/v1/chat/completions", CHAT, ChatCompletion),
        ("POST", "/v1/chat/completions", {"messages": HI}, ChatCompletion),
        ("POST", "/v1/completions", TEXT, TextCompletion),
        ("POST", "/v1/embeddings", {"input": "hi"}, EmbeddingList),
        ("POST", "/v1/embeddings", {"input": ["hi"], "encoding_format": "base64"}, EmbeddingList),
        ("POST", "/tokenize", {"content": "hi"}, TokenList),
        ("GET", "/v1/models", None, Models),
        ("GET", "/v1/models/bot", None, Model),
        ("GET", "/v1/models/other", None, ErrorAnswer),
        ("POST", "/v1/chat/completions", {}, ErrorAnswer),
    ],
)
async def test_answers_have_the_shapes_that_the_document_tells(
    method: str, path: str, body: dict[str, Any] | None, shape: type[BaseModel]
) -> None:
    shape.model_validate((await ask(method, path, body)).json(), strict=True)


@pytest.mark.parametrize(
    ("path", "body", "shape"),
    [("/v1/chat/completions", CHAT, ChatCompletionChunk), ("/v1/completions", TEXT, TextCompletion)],
)
async def test_chunks_have_the_shapes_that_the_document_tells(
    path: str, body: dict[str, Any], shape: type[BaseModel]
) -> None:
    answer = await ask("POST", path, {**body, "stream": True, "stream_options": {"include_usage": True}})
    told = [shape.model_validate(chunk, strict=True) for chunk in chunks(answer)]
    assert len(told) >= 3


async def test_every_path_of_the_api_is_described_with_its_errors() -> None:
    told = (await ask("GET", "/v1/openapi.json")).json()
    assert told["servers"] == [{"url": "/"}]
    assert "security" not in told
    assert sorted(told["paths"]) == [
        "/tokenize",
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/models",
        "/v1/models/{model}",
    ]
    for operation in (operation for path in told["paths"].values() for operation in path.values()):
        assert {"200", "400", "401", "404", "429", "503"} <= operation["responses"].keys()


async def test_every_reference_leads_somewhere() -> None:
    answer = await ask("GET", "/v1/openapi.json")
    known = answer.json()["components"]["schemas"]
    named = {part.partition('"')[0] for part in answer.text.split("#/components/schemas/")[1:]}
    assert named
    assert named <= known.keys()


CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.slow
@pytest.mark.parametrize("known", [True, False], ids=["with a key", "without a key"])
def test_no_request_that_the_document_allows_is_a_servers_error(known: bool, tmp_path: Path) -> None:
    with served(tmp_path) as api:
        key = {"Authorization": f"Bearer {api.key}"}
        told = httpx.get(f"{api.url}/openapi.json", headers=key).json()
        assert told["security"] == [{"key": []}]
        (tmp_path / "openapi.json").write_text(json.dumps(told), encoding="utf-8")
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", str(tmp_path / "openapi.json")),
                *("--url", api.url.removesuffix("/v1"), "--checks", CHECKS, "--phases", "examples,coverage,fuzzing"),
                *("--max-examples", "25", "--seed", "1", "--request-timeout", "30"),
                "--generation-database=none",
                *(("--header", f"Authorization: {key['Authorization']}") if known else ()),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "6 selected / 6 total" in ran.stdout
