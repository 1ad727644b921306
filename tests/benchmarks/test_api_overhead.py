"""What nodes, runtime and HTTP cost beside the engine: CPU of the server's process for each streamed token."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from statistics import median

import pytest

from lazyflow.engine.contract import ChatRequest, LoadedModel, ModelKey, OnProgress, Output, TextDelta
from lazyflow.graph.load import Source
from lazyflow.messages import Message, Role
from lazyflow.runtime.live import Live
from lazyflow.server.ports import bind
from lazyflow.server.serving import Site
from lazyflow.server.site import build_site
from tests.runtime.fake_models import EchoModel, FakeLocator
from tests.servers.site import serving_site

pytestmark = pytest.mark.benchmark

TOKENS, ROUNDS = 500, 5
ALLOWED = 100e-6
"""Seconds of CPU a token."""
APP = """
version: 1
nodes:
  chat: { type: local, model: one, parallel: 64 }
  web: { type: web, target: chat, port: 0, store: memory }
"""


class Wordy(EchoModel):
    """Says its tokens as an engine does: each in a round of the event loop of its own."""

    async def chat(self, _: ChatRequest) -> AsyncGenerator[Output, None]:
        for _number in range(TOKENS):
            await asyncio.sleep(0)
            yield TextDelta("word ")


async def load(key: ModelKey, on_progress: OnProgress) -> LoadedModel:
    return Wordy(key, on_progress)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """The app in this process; the address that it listens on."""
    (folder / "app.yaml").write_text(APP, encoding="utf-8")
    live = Live(Source((folder / "app.yaml",), {}), load=load, locate=FakeLocator(), drain=5)
    await live.start()
    web = live.app.spec.webs["web"]
    site = Site(node="web", listener=bind("web", web.host, web.ports), app=build_site(live, "web", lambda _: None))
    try:
        async with serving_site(site):
            yield site.listener.getsockname()
    finally:
        await live.close()


async def streamed(address: tuple[str, int], clients: int) -> int:
    """The tokens that so many clients were sent."""
    command = [sys.executable, str(Path(__file__).parent / "reader.py"), address[0], str(address[1]), str(clients)]
    client = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await client.communicate()
    return int(said)


async def bare() -> int:
    """The tokens of the model alone."""
    model = Wordy(ModelKey(path=Path("one"), identity=()), lambda _: None)
    async with aclosing(model.chat(ChatRequest(messages=(Message(Role.USER, "hi"),)))) as outputs:
        return len([output async for output in outputs])


@pytest.mark.parametrize("clients", [1, 16])
async def test_a_token_costs_little_beside_the_engine(
    clients: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(tmp_path) as address:
        await streamed(address, clients)
        costs = []
        for _ in range(ROUNDS):
            began = time.process_time()
            assert await bare() == TOKENS
            alone = (time.process_time() - began) / TOKENS
            began = time.process_time()
            assert await streamed(address, clients) == TOKENS * clients
            costs.append((time.process_time() - began) / (TOKENS * clients) - alone)
    figure = f"{median(costs) * 1e6:.0f} µs (rounds: {min(costs) * 1e6:.0f} to {max(costs) * 1e6:.0f})"
    with capsys.disabled():
        print(f"\nCPU a token over the engine, {clients} clients: {figure}")  # noqa: T201 - the figure is the point
    assert median(costs) <= ALLOWED, costs
