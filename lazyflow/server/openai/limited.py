"""Requests whose body may not be larger than what a conversation with some pictures takes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

LARGEST = 32 << 20
"""Bytes."""
TOO_LARGE = 413


class LimitedRoute(APIRoute):
    """Reads a body as it comes and no further than `LARGEST`, whatever its headers say of its length."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, which answers 413 to a larger body."""
        handle = super().get_route_handler()

        async def limited(request: Request) -> Response:
            read = 0
            receive = request.receive

            async def counted() -> Message:
                nonlocal read
                message = await receive()
                read += len(message.get("body", b""))
                if read > LARGEST:
                    raise HTTPException(TOO_LARGE, f"the request is larger than {LARGEST >> 20} MiB")
                return message

            return await handle(Request(request.scope, counted))

        return limited
