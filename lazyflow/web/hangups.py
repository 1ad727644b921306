"""A page that is closed says so: bokeh_fastapi waits for an exception where Starlette gives a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FAREWELLS = {1000, 1001}
"""Codes with which a browser ends the websocket of a page that is left. A broken connection has 1005 or 1006."""


class Hangups:
    """Without it no session of a page that was closed is ever forgotten.

    `left` is told the websocket's subprotocols when its page was closed and will not come back.
    """

    def __init__(self, app: ASGIApp, left: Callable[[list[str]], None]) -> None:
        self.app = app
        self._left = left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the end of a websocket is raised, and who asks on after it is sent away.

        Raises: `RuntimeError` to who asks on; bokeh_fastapi ends with it.
        """
        from starlette.websockets import WebSocketDisconnect  # noqa: PLC0415 - of the extra `web`

        told = False

        async def heard() -> Message:
            nonlocal told
            if told:
                raise RuntimeError("the websocket is closed")
            message = await receive()
            if message["type"] != "websocket.disconnect":
                return message
            told = True
            code = message.get("code", 1005)
            if code in FAREWELLS:
                self._left(scope["subprotocols"])
            raise WebSocketDisconnect(code, message.get("reason"))

        await self.app(scope, heard if scope["type"] == "websocket" else receive, send)
