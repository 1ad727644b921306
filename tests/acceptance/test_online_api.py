"""A running server whose model is a platform's: answers, failures and hanging up reach through both."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.nodes.online.asking import KEY
from tests.servers.peer import Peer, Reply, answer, error, serving, silent, status

pytestmark = pytest.mark.slow

APP = Path(__file__).parents[2] / "apps" / "online" / "app.yaml"
ASKED = {"messages": [{"role": "user", "content": "hi"}]}


@asynccontextmanager
async def running(*replies: Reply) -> AsyncIterator[tuple[httpx.AsyncClient, Peer]]:
    """A client of `lazyflow run`, whose platform answers with `replies`; at the end nothing it said holds the key."""
    async with serving(*replies) as peer:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "lazyflow", "run", str(APP), "--port", "0"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "OPENAI_API_BASE": peer.url, "OPENAI_API_KEY": KEY},
        )
        assert process.stdout is not None
        found = re.search(r"http://[\d.:]+", (await process.stdout.readline()).decode())
        assert found is not None
        try:
            async with httpx.AsyncClient(base_url=found.group(), timeout=30.0) as client:
                yield client, peer
        finally:
            process.terminate()
            out, err = await process.communicate()
        assert KEY.encode() not in out + err


async def test_an_answer_reaches_the_client_with_its_tokens() -> None:
    async with running(answer()) as (client, _):
        reply = (await client.post("/v1/chat/completions", json=ASKED)).json()
    assert reply["choices"][0]["message"]["content"] == "Hello"
    assert reply["usage"]["total_tokens"] == 10


async def test_a_rate_limit_reaches_the_client_with_the_wait_and_without_the_key() -> None:
    async with running(status(429, error(f"slow {KEY}"), Retry_After="100")) as (client, _):
        reply = await client.post("/v1/chat/completions", json=ASKED)
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "100")
    assert "rate limit" in reply.text
    assert KEY not in reply.text


async def test_a_client_that_hangs_up_hangs_up_on_the_platform_within_100_ms() -> None:
    async with running(silent(["a"])) as (client, peer):
        async with client.stream("POST", "/v1/chat/completions", json={**ASKED, "stream": True}) as reply:
            async for line in reply.aiter_lines():
                if '"a"' in line:
                    break
        left = time.monotonic()
        await asyncio.wait_for(peer.lines[0].left.wait(), 5.0)
    assert peer.lines[0].gone is not None
    assert peer.lines[0].gone - left < 0.1
