"""What our events, limits and checks cost beside litellm itself, in one run."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median

import pytest

from lazyflow.nodes.events import Text
from lazyflow.nodes.online.adapter import library
from tests.nodes.online.asking import KEY, TURN, node
from tests.servers.flood import flooding

pytestmark = pytest.mark.benchmark

CHUNKS, ROUNDS = 600, 5
ALLOWED = 1.25


async def test_cpu_a_chunk_is_within_a_quarter_of_bare_litellm(capsys: pytest.CaptureFixture[str]) -> None:
    litellm = await library()
    with flooding(CHUNKS) as address:
        chat = node(api_base=address, timeout=60.0)

        async def ours() -> int:
            return len([event async for event in chat.stream(TURN) if isinstance(event, Text)])

        async def bare() -> int:
            response = await litellm.acompletion(
                model="openai/m",
                messages=[{"role": "user", "content": "hi"}],
                api_key=KEY,
                api_base=address,
                stream=True,
                stream_options={"include_usage": True},
                timeout=60.0,
                max_retries=0,
                num_retries=0,
            )
            try:
                return len([1 async for chunk in response if chunk.choices and chunk.choices[0].delta.content])
            finally:
                await response.aclose()

        await cpu(bare), await cpu(ours)
        ratios = [await cpu(ours) / await cpu(bare) for _ in range(ROUNDS)]
    figure = f"{median(ratios):.2f} (rounds: {min(ratios):.2f} to {max(ratios):.2f})"
    with capsys.disabled():
        print(f"\nCPU a chunk beside bare litellm: {figure}")  # noqa: T201 - the figure is the point
    assert median(ratios) <= ALLOWED, ratios


async def cpu(run: Callable[[], Awaitable[int]]) -> float:
    """Seconds of this process's CPU a chunk."""
    began = time.process_time()
    assert await run() == CHUNKS
    return (time.process_time() - began) / CHUNKS
