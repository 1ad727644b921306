"""The trace that a caller's request belongs to (`traceparent`), so that ours goes on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

CARRIED = frozenset({b"traceparent", b"tracestate"})


class IncomingTraces:
    """Goes on with the caller's trace."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within its trace."""
        headers = scope.get("headers", ())
        carried = {name.decode(): value.decode("latin-1") for name, value in headers if name in CARRIED}
        if not carried:
            await self.app(scope, receive, send)
            return
        token = context.attach(TraceContextTextMapPropagator().extract(carried))
        try:
            await self.app(scope, receive, send)
        finally:
            context.detach(token)
