"""A name for each request: it stands in every line of the log that the request causes, and in its answer."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from typing import TYPE_CHECKING

from lazyflow.server.caller import header

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = b"x-request-id"
GIVEN = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
"""What a proxy or a client may call a request: nothing that could pretend to be another line or field."""
ANSWERS = frozenset({"http.response.start", "websocket.accept"})
REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
"""The request that runs here; empty outside of any. Tasks that a request begins have its name too."""


class RequestIds:
    """Takes the name that a request brings, or makes one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its name."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        given = header(scope, HEADER) or ""
        name = given if GIVEN.fullmatch(given) else secrets.token_hex(8)

        async def named(message: Message) -> None:
            if message["type"] in ANSWERS:
                others = [pair for pair in message.get("headers", ()) if pair[0].lower() != HEADER]
                message["headers"] = [*others, (HEADER, name.encode())]
            await send(message)

        token = REQUEST_ID.set(name)
        try:
            await self.app(scope, receive, named)
        finally:
            REQUEST_ID.reset(token)
