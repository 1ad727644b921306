"""A page that is closed says so: bokeh_fastapi waits for an exception where Starlette gives a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Hangups:
    """Without it no session of a page that was closed is ever forgotten."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
            raise WebSocketDisconnect(message.get("code", 1005), message.get("reason"))

        await self.app(scope, heard if scope["type"] == "websocket" else receive, send)
