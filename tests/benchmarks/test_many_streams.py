"""Sixty-four people stream from the real model for a minute, while the chat page is open."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lazyflow.engine.open import open_model
from lazyflow.graph.load import Source
from lazyflow.models.locate import locate
from lazyflow.runtime.live import Live
from tests.acceptance.recorded import site_of
from tests.servers.site import serving_site

pytestmark = [pytest.mark.benchmark, pytest.mark.model]

PEOPLE, SECONDS = 64, 60
TICK = 0.005
ALLOWED = 0.05
"""Seconds that the event loop may be late for 99 of 100 timers."""
APP = """
version: 1
nodes:
  chat: { type: local, model: smollm2-135m-instruct, context: 512, parallel: 16 }
  web: { type: web, target: chat, history: [chat], port: 0, store: memory, titles: false }
"""


async def lags(found: list[float]) -> None:
    """How late the loop is, timer by timer."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + TICK
        await asyncio.sleep(TICK)
        found.append(loop.time() - due)


async def loaded(live: Live) -> None:
    """The model can answer."""
    ready = asyncio.Event()

    def look() -> None:
        if live.app.status()["chat"].state == "ready":
            ready.set()

    end = live.subscribe(look)
    look()
    await ready.wait()
    end()


async def asking(address: str) -> dict[str, Any]:
    """What the people saw."""
    people = await asyncio.create_subprocess_exec(
        *(sys.executable, str(Path(__file__).parent / "streamers.py"), address, str(PEOPLE), str(SECONDS)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await people.communicate()
    found: dict[str, Any] = json.loads(said)
    return found


async def test_sixty_four_people_stream_without_an_error_or_a_mix_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.yaml").write_text(APP, encoding="utf-8")
    live = Live(Source((tmp_path / "app.yaml",), os.environ), load=open_model, locate=locate, drain=60)
    await live.start()
    site = site_of(live, live.app.spec.webs["web"])
    late: list[float] = []
    try:
        async with serving_site(site):
            await loaded(live)
            probe = asyncio.create_task(lags(late))
            seen = await asking(site.url)
            probe.cancel()
            with suppress(asyncio.CancelledError):
                await probe
    finally:
        await live.close()
    late.sort()
    p99 = late[int(len(late) * 0.99)]
    figures = f"{seen['answers']} answers, {seen['chunks']} chunks, the loop late p99 {p99 * 1e3:.1f} ms"
    with capsys.disabled():
        print(f"\n{PEOPLE} people, {SECONDS} s: {figures}, max {late[-1] * 1e3:.0f} ms")  # noqa: T201 - the figure is the point
    assert (seen["errors"], seen["mixed"], seen["page"]) == ([], [], "answers")
    assert seen["answers"] >= PEOPLE
    assert p99 <= ALLOWED
