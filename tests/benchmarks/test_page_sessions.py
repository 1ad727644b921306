"""What opening a page costs: CPU, the streams of others, memory that stays."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path

import httpx
import psutil
import pytest

from tests.acceptance.served import ROOT, Served, environment, served
from tests.benchmarks.page_client import crowd, page, visit
from tests.benchmarks.streaming import cpu, write_app

pytestmark = pytest.mark.benchmark
SESSION = 0.05
"""Seconds of CPU a new page."""
CROWD, LATE = 32, 0.2
IDLE = 0.3 * 2**20
GROWTH = 0.05
FORGOTTEN = 40
"""Seconds after which Bokeh has let go of every session that was closed."""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Served]:
    with served(write_app(tmp_path), "--no-watch") as run:
        yield run


def told(words: str) -> None:
    print(words)  # noqa: T201 - figures are what a benchmark is for


async def test_a_new_page_costs_little_cpu(run: Served) -> None:
    process = psutil.Process(run.process.pid)
    async with httpx.AsyncClient() as http:
        for _ in range(5):
            await visit(run.url, http)
        began = cpu(process)
        for _ in range(30):
            await visit(run.url, http)
        each = (cpu(process) - began) / 30
    told(f"a new page: {1000 * each:.0f} ms of CPU")
    assert each <= SESSION


async def test_a_crowd_that_comes_at_once_stops_no_running_stream(run: Served) -> None:
    async with httpx.AsyncClient() as http, page(run.url, http) as reader:
        await visit(run.url, http)
        await reader.say(t="send", s="markdown 500", context=True)
        streaming = asyncio.create_task(reader.hear("end"))
        await asyncio.sleep(1)
        command = [sys.executable, "-m", "tests.benchmarks.page_client", run.url, str(CROWD), "1"]
        crowd_of_pages = await asyncio.create_subprocess_exec(*command, env=environment(), cwd=ROOT)
        heard = await streaming
        assert await crowd_of_pages.wait() == 0
    times = [at for at, message in heard if message["t"] == "text"]
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    told(f"{CROWD} pages within a second: the stream paused {1000 * gaps[-1]:.0f} ms at most")
    assert gaps[-1] <= LATE


async def test_a_page_that_stands_open_holds_little_memory(run: Served) -> None:
    process = psutil.Process(run.process.pid)
    await crowd(run.url, 20, 0)
    before = process.memory_info().rss
    async with httpx.AsyncClient(timeout=60) as http, AsyncExitStack() as stack:
        for _ in range(200):
            await stack.enter_async_context(page(run.url, http))
        each = (process.memory_info().rss - before) / 200
    told(f"an open page: {each / 2**20:.2f} MB")
    assert each <= IDLE


async def test_pages_that_were_closed_leave_nothing(run: Served) -> None:
    process = psutil.Process(run.process.pid)

    async def rounds(count: int) -> int:
        for _ in range(count // 50):
            await crowd(run.url, 50, 0)
        await asyncio.sleep(FORGOTTEN)
        return int(process.memory_info().rss)

    before = await rounds(200)
    growth = await rounds(1000) / before - 1
    told(f"1,000 pages opened and closed: {growth:+.1%} memory")
    assert growth <= GROWTH
