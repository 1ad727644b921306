"""Pages are opened one after the other, with pauses, so that a crowd does not stop the replies that are running."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LONGEST = 0.2
"""Seconds that a pause takes at most."""


class Doors:
    """Building a page keeps the event loop for some time: as much of it is then left to others before the next."""

    def __init__(self, app: ASGIApp, path: str = "/") -> None:
        self.app = app
        self._path = path
        self._open = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, that of a page when it is its turn."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self.app(scope, receive, send)
            return
        async with self._open:
            loop = asyncio.get_running_loop()
            began = loop.time()
            await self.app(scope, receive, send)
            # The page's websocket takes its share, too.
            await asyncio.sleep(min(2 * (loop.time() - began), LONGEST))
