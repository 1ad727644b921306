"""Embeddings of an online node, as a server sees and answers them."""

from __future__ import annotations

import pytest

from lazyflow.nodes.contract import Embeddings, NodeFailed
from tests.nodes.online.asking import KEY, asked, node
from tests.servers.peer import Reply, error, status

pytestmark = pytest.mark.slow


def vectors(*found: tuple[int, list[float]]) -> Reply:
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in found]
    usage = {"prompt_tokens": 4, "total_tokens": 4}
    return status(200, {"object": "list", "data": data, "model": "m", "usage": usage})


async def test_each_text_has_its_vector_whatever_the_order_of_the_answer() -> None:
    async with asked(vectors((1, [0.0, 1.0]), (0, [1.0, 0.0]))) as (chat, peer):
        found = await chat.embed(["a", "b"], 2)
    assert found == Embeddings(((1.0, 0.0), (0.0, 1.0)), 4)
    (request,) = peer.received
    assert (request.path, request.body["input"], request.body["model"]) == ("/v1/embeddings", ["a", "b"], "m")
    assert request.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (status(401, error(f"bad key {KEY}")), "error"),
        (status(429, error("slow down"), Retry_After="7"), "rate_limit"),
        (vectors((0, [1.0])), "error"),
        (status(200, "<html>"), "error"),
    ],
    ids=["key", "rate limit", "too few", "no JSON"],
)
async def test_a_failure_is_told_without_the_key(reply: Reply, reason: str) -> None:
    async with asked(reply) as (chat, _):
        with pytest.raises(NodeFailed) as caught:
            await chat.embed(["a", "b"])
    assert caught.value.failure.reason == reason
    assert KEY not in str(caught.value.failure)


async def test_a_node_without_a_key_says_what_is_missing() -> None:
    with pytest.raises(NodeFailed) as caught:
        await node({}).embed(["a"])
    assert (caught.value.failure.reason, "OPENAI_API_KEY" in caught.value.failure.help) == ("load_failed", True)
