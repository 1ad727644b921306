"""The one ASGI middleware that decides who comes in: it covers pages, API and websocket alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lazyflow.server.origin import Caller, refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY_VIOLATION = 1008
FORBIDDEN = 403


class LoopbackOnly:
    """Serves this machine's own pages and programs, and nobody else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it before anything else sees it."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        reason = refusal(caller_of(scope))
        if reason is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason})
        else:
            await refuse(send, reason)


def caller_of(scope: Scope) -> Caller:
    """Who sent a request. A header that is given twice counts as absent: nobody honest sends two hosts."""
    client = scope.get("client")
    return Caller(
        address=client[0] if client else "", host=single_header(scope, b"host"), origin=single_header(scope, b"origin")
    )


def single_header(scope: Scope, name: bytes) -> str | None:
    """The value of a header; the empty string where it is there more than once."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    if not values:
        return None
    return values[0] if len(values) == 1 else ""


async def refuse(send: Send, reason: str) -> None:
    """Answer 403 in the shape that OpenAI's clients read."""
    body = json.dumps({"error": {"message": reason, "type": "permission_error", "param": None, "code": "forbidden"}})
    start: Message = {
        "type": "http.response.start",
        "status": FORBIDDEN,
        "headers": [(b"content-type", b"application/json"), (b"x-content-type-options", b"nosniff")],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body.encode()})
