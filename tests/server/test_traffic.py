from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from lazyflow.server.route_table import RouteTable
from lazyflow.server.traffic import Exchange, Traffic


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def broken(_: Request) -> PlainTextResponse:
    raise ZeroDivisionError


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


SITE = Starlette(
    routes=[
        Route("/one/{name}", hello),
        Route("/broken", broken),
        Mount("/files", Starlette()),
        WebSocketRoute("/ws", socket),
    ]
)


class Clock:
    """Every look is a second later."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def watched(told: list[Exchange]) -> Traffic:
    return Traffic(SITE, RouteTable(SITE.routes, frozenset({"/login"})), [told.append], Clock())


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/one/two?token=secret", "/one/{name}", 200),
        ("/broken", "/broken", 500),
        ("/files/a/b", "/files", 404),
        ("/nowhere", "other", 404),
        ("/login", "/login", 404),
    ],
)
async def test_a_request_is_told_when_it_is_over(path: str, route: str, status: int) -> None:
    told: list[Exchange] = []
    transport = httpx.ASGITransport(watched(told), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as http:
        await http.get(path)
    plain = path.split("?", maxsplit=1)[0]
    assert told == [Exchange(method="GET", path=plain, route=route, status=status, seconds=1.0)]


@pytest.mark.parametrize(("path", "status", "route"), [("/ws", 101, "/ws"), ("/else", 403, "other")])
async def test_a_websocket_is_told_when_it_ends_and_counted_while_it_is_open(
    path: str, status: int, route: str
) -> None:
    told: list[Exchange] = []
    traffic = watched(told)
    open_: list[int] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(_: Message) -> None:
        open_.append(traffic.websockets)

    scope: dict[str, Any] = {"type": "websocket", "path": path, "headers": [], "query_string": b"", "subprotocols": []}
    await traffic(scope, receive, send)
    assert (traffic.websockets, set(open_)) == (0, {1})
    assert told == [Exchange(method="WEBSOCKET", path=path, route=route, status=status, seconds=1.0)]
