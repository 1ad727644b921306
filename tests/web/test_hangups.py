"""Pages that were closed are forgotten at once; those whose connection broke may come back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from tests.benchmarks.page_client import crowd, page, visit
from tests.web.fake_live import FakeLive
from tests.web.serve_fake import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*HTTPServerRequest:DeprecationWarning"),
]
AT_ONCE = 12
"""Seconds; Bokeh keeps what nobody closed for 15."""


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + AT_ONCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_sessions_of_closed_pages_end() -> None:
    live = FakeLive()
    with serving(live) as served:
        asyncio.run(crowd(served.url, 3, 0))
        until(lambda: not live.listeners)


def test_a_page_whose_connection_broke_is_kept_for_it_to_come_back() -> None:
    live = FakeLive()

    async def break_off(url: str) -> None:
        async with httpx.AsyncClient() as http, page(url, http) as broken:
            broken.break_off()
            await visit(url, http)

    with serving(live) as served:
        asyncio.run(break_off(served.url))
        until(lambda: len(live.listeners) == 1)
