from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from lazyflow.server.access import POLICY_VIOLATION, Everybody, Gate, LoopbackOnly
from lazyflow.server.security_headers import SecurityHeaders


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that greets whoever gets in."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"referrer-policy", b"origin")]})
    await send({"type": "http.response.body", "body": b"hello"})


def client(address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(SecurityHeaders(Gate(hello, LoopbackOnly())), client=(address, 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:20500")


async def test_our_own_page_gets_in_and_carries_the_headers() -> None:
    async with client() as http:
        answer = await http.get("/", headers={"Origin": "http://127.0.0.1:20500"})
    assert answer.text == "hello"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_header_that_the_app_sets_itself_stays() -> None:
    async with client() as http:
        assert (await http.get("/")).headers.get_list("referrer-policy") == ["origin"]


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
async def test_a_rebound_name_or_a_foreign_page_is_refused(headers: dict[str, str]) -> None:
    async with client() as http:
        answer = await http.get("/", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["type"] == "permission_error"


async def test_another_machine_is_refused() -> None:
    async with client("192.0.2.9") as http:
        assert (await http.get("/")).status_code == 403


async def test_two_host_headers_are_refused() -> None:
    async with client() as http:
        answer = await http.get("/", headers=[("Host", "127.0.0.1:20500"), ("Host", "evil.example")])
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("origin", "kind"), [(b"http://evil.example", "websocket.close"), (b"http://127.0.0.1:20500", "websocket.accept")]
)
async def test_the_websocket_has_the_same_guard(origin: bytes, kind: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "websocket",
        "path": "/ws",
        "client": ("127.0.0.1", 5000),
        "headers": [(b"host", b"127.0.0.1:20500"), (b"origin", origin)],
    }
    await Gate(hello, LoopbackOnly())(scope, receive, send)
    assert sent[0]["type"] == kind
    assert sent[0].get("code", POLICY_VIOLATION) == POLICY_VIOLATION


async def test_an_insecure_server_serves_everybody_but_foreign_pages() -> None:
    transport = httpx.ASGITransport(Gate(hello, Everybody()), client=("192.0.2.9", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as http:
        assert (await http.get("/")).text == "hello"
        assert (await http.get("/", headers={"Origin": "http://evil.example"})).status_code == 403
