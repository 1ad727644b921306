"""One site of an app, served in the test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lazyflow.server.serving import Site, serve


@asynccontextmanager
async def serving_site(site: Site) -> AsyncIterator[None]:
    """It answers within the context; what keeps it from that is raised."""
    ready, ended = asyncio.Event(), asyncio.Event()

    async def until() -> None:
        await ended.wait()

    server = asyncio.create_task(serve([site], on_ready=lambda _: ready.set(), until=until))
    answers = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({server, answers}, return_when=asyncio.FIRST_COMPLETED)
        assert answers.done(), "the server ended before it answered"
        yield
    finally:
        answers.cancel()
        ended.set()
        await server
