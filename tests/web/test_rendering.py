"""What is found once for all pages: each still has its own session, and every script that Panel would give it."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI

from lazyflow.web.mount import mount_page
from tests.web.fake_live import FakeLive

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*HTTPServerRequest:DeprecationWarning")]
SCRIPT = re.compile(r'<script[^>]* src="([^"]+)"')
TOKEN = re.compile(r'"token"\s*:\s*"([^"]+)"')


async def test_each_page_has_all_scripts_and_a_session_of_its_own() -> None:
    live = FakeLive()
    server = FastAPI()
    mount_page(server, live, live.web.name)
    transport = httpx.ASGITransport(app=server)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        first, second = [(await http.get("/")).text for _ in range(2)]
    assert SCRIPT.findall(first) == SCRIPT.findall(second)
    assert [path for path in SCRIPT.findall(first) if "bokeh.min.js" in path]
    assert [path for path in SCRIPT.findall(first) if "panel.min.js" in path]
    assert TOKEN.findall(first) != TOKEN.findall(second)
