"""What goes over the wire, request by request: told when each is over, for the access log and the metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazyflow.server.route_table import OTHER, RouteTable

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
WEBSOCKET = "WEBSOCKET"
SWITCHING, REFUSED, BROKEN = 101, 403, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what became of it. `path` is without the query, which may hold anything; `route` is one of few."""

    method: str
    path: str
    route: str
    status: int
    seconds: float


class Traffic:
    """Tells every exchange to all of `told`."""

    def __init__(
        self,
        app: ASGIApp,
        routes: RouteTable,
        told: Sequence[Callable[[Exchange], None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.routes = routes
        self.told = told
        self.clock = clock
        self.websockets = 0
        """How many are open."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and watch its answer."""
        if scope["type"] == "http":
            await self._watched(scope, receive, send, scope["method"] if scope["method"] in METHODS else OTHER)
        elif scope["type"] == "websocket":
            self.websockets += 1
            try:
                await self._watched(scope, receive, send, WEBSOCKET)
            finally:
                self.websockets -= 1
        else:
            await self.app(scope, receive, send)

    async def _watched(self, scope: Scope, receive: Receive, send: Send, method: str) -> None:
        began, route, path = self.clock(), self.routes.name(scope), scope["path"]
        status = BROKEN

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "websocket.accept":
                status = SWITCHING
            elif message["type"] == "websocket.close" and status != SWITCHING:
                status = REFUSED
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            seconds = self.clock() - began
            done = Exchange(method=method, path=path, route=route, status=status, seconds=seconds)
            for told in self.told:
                told(done)
