from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from lazyflow.server.request_id import GIVEN, REQUEST_ID, RequestIds


async def named(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that says under which name a task that it begins runs."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        return

    async def name() -> str:
        return REQUEST_ID.get()

    found = await asyncio.create_task(name())
    await send({"type": "http.response.start", "status": 200, "headers": [(b"X-Request-Id", b"the app's own")]})
    await send({"type": "http.response.body", "body": found.encode()})


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(RequestIds(named)), base_url="http://site")


async def test_a_name_that_is_given_goes_everywhere_and_back() -> None:
    async with client() as http:
        answer = await http.get("/", headers={"X-Request-Id": "from-the-proxy:1"})
    assert answer.text == "from-the-proxy:1"
    assert answer.headers.get_list("x-request-id") == ["from-the-proxy:1"]
    assert REQUEST_ID.get() == ""


@pytest.mark.parametrize(
    "headers", [[], [("X-Request-Id", 'a","level":"x')], [("X-Request-Id", "x" * 129)], [("X-Request-Id", "a")] * 2]
)
async def test_one_is_made_where_none_can_be_taken(headers: list[tuple[str, str]]) -> None:
    async with client() as http:
        first, second = [(await http.get("/", headers=headers)).headers["x-request-id"] for _ in range(2)]
    assert first != second
    assert all(GIVEN.fullmatch(name) and name not in dict(headers).values() for name in (first, second))


async def test_a_websocket_has_a_name_too() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "websocket", "path": "/ws", "headers": [(b"x-request-id", b"r1")]}
    await RequestIds(named)(scope, receive, send)
    assert sent[0]["headers"] == [(b"x-request-id", b"r1")]
