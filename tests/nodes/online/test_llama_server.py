"""Against llama.cpp's own server: a peer that nobody here wrote."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import pytest

from lazyflow.nodes.contract import NodeFailed, Turn
from lazyflow.nodes.events import Text
from lazyflow.nodes.online.node import OnlineNode
from lazyflow.spec.nodes import OnlineSpec
from lazyflow.spec.sampling import JsonSchema, Sampling
from tests.nodes.online.asking import TURN, events_of, text_of, usage_of
from tests.servers.llama_server import CONTEXT, LlamaServer

pytestmark = pytest.mark.server

COLOUR = JsonSchema({"type": "object", "properties": {"colour": {"enum": ["red", "blue"]}}, "required": ["colour"]})


def chat(server: LlamaServer, **fields: object) -> OnlineNode:
    written: dict[str, object] = {"sampling": Sampling(max_tokens=16, temperature=0.0, seed=1), "retries": 0, **fields}
    spec = OnlineSpec(name="chat", source="llama-server", model="smol", api_base=server.api_base, **written)  # type: ignore[arg-type] # each test names real fields
    return OnlineNode(spec, {})


def ask(message: str) -> Turn:
    return Turn(message=message, path=("chat",))


async def test_an_answer_streams_and_its_tokens_are_counted(llama_server: LlamaServer) -> None:
    events = await events_of(chat(llama_server), ask("Say hello."))
    usage = usage_of(events)
    assert len([event for event in events if isinstance(event, Text)]) > 3
    assert usage.prompt_tokens is not None
    assert usage.prompt_tokens > 5
    assert usage.completion_tokens == 16
    assert usage.finish_reason == "length"
    assert usage.cost is None


async def test_four_at_once_are_answered_side_by_side(llama_server: LlamaServer) -> None:
    node = chat(llama_server)

    async def times(turn: Turn) -> list[float]:
        return [time.monotonic() async for event in node.stream(turn) if isinstance(event, Text)]

    came = await asyncio.gather(*(times(ask(f"Count to {number}.")) for number in range(4)))
    assert all(came)
    assert max(one[0] for one in came) < min(one[-1] for one in came)


async def test_a_conversation_that_is_too_long_is_called_so(llama_server: LlamaServer) -> None:
    with pytest.raises(NodeFailed, match="too long for the context of 'smol'") as caught:
        await events_of(chat(llama_server), ask("word " * (CONTEXT + 100)))
    assert caught.value.failure.reason == "context_window"


async def test_a_schema_is_enforced(llama_server: LlamaServer) -> None:
    node = chat(llama_server, format=COLOUR, sampling=Sampling(max_tokens=64, temperature=0.0))
    assert json.loads(text_of(await events_of(node, ask("Which colour is the sky?"))))["colour"] in ("red", "blue")


async def test_a_cancelled_answer_frees_its_slot_within_a_second(llama_server: LlamaServer) -> None:
    stream = chat(llama_server, sampling=Sampling(max_tokens=1500, temperature=0.0)).stream(TURN)
    while not isinstance(await stream.__anext__(), Text):
        pass
    assert await asyncio.to_thread(lambda: llama_server.busy) == 1
    cancelled = time.monotonic()
    await stream.aclose()
    while await asyncio.to_thread(lambda: llama_server.busy):
        assert time.monotonic() - cancelled < 1.0
    assert time.monotonic() - cancelled < 1.0


async def test_an_answer_that_broke_off_is_gone_on_with(llama_server: LlamaServer) -> None:
    def tokens(count: int) -> dict[str, object]:
        return {"sampling": Sampling(max_tokens=count, temperature=0.0, seed=1)}

    question = ask("Tell me about the sea.")
    whole = text_of(await events_of(chat(llama_server, **tokens(24)), question))
    begun = text_of(await events_of(chat(llama_server, **tokens(8)), question))
    rest = text_of(await events_of(chat(llama_server, **tokens(16)), replace(question, begun=begun)))
    assert begun + rest == whole
