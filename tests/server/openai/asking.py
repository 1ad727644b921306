"""Ask the API of an app of scripted nodes, in this process."""

from __future__ import annotations

import json
from typing import Any

import httpx

from lazyflow.server.site import build_site
from tests.server.fake_live import FakeApp, FakeLive

HI = [{"role": "user", "content": "hi"}]


def client(live: FakeLive) -> httpx.AsyncClient:
    site = build_site(live, "web", lambda _: None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1:20500")


async def post(app: FakeApp, **body: Any) -> httpx.Response:
    async with client(FakeLive(app)) as http:
        return await http.post("/v1/chat/completions", json={"messages": HI, **body})


def chunks(answer: httpx.Response) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]
