"""Several ASGI apps on sockets that are already bound, in one event loop, with an orderly end."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import uvicorn
    from starlette.types import ASGIApp

CLOSE_CONNECTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One web node: its name, the socket that it listens on and the app that answers there, below `root_path`."""

    node: str
    listener: socket.socket
    app: ASGIApp
    root_path: str = ""

    @property
    def url(self) -> str:
        """Where a person opens it: a wildcard address is reached by this machine's own name for itself."""
        host, port = self.listener.getsockname()[:2]
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            host = "localhost"
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{port}{self.root_path}/"


async def serve(
    sites: Sequence[Site], *, on_ready: Callable[[Site], None], until: Callable[[], Awaitable[None]]
) -> None:
    """Serve all sites; call `on_ready` for each that answers; end in order once `until` returns."""
    servers = [build_server(site, on_ready) for site in sites]
    tasks = [
        asyncio.create_task(server.serve(sockets=[site.listener]), name=f"serve {site.node}")
        for server, site in zip(servers, sites, strict=True)
    ]
    logging.getLogger("uvicorn.error").addFilter(of_interest)
    try:
        await until()
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)


def of_interest(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn is worth a look: that a request is cut off at the end is no bug with a traceback."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def build_server(site: Site, on_ready: Callable[[Site], None]) -> uvicorn.Server:
    """A uvicorn server that leaves signals and logging to the program around it."""
    import uvicorn  # noqa: PLC0415 - heavy, and used here only

    class Server(uvicorn.Server):
        def capture_signals(self) -> AbstractContextManager[Any]:  # type: ignore[override] # a context manager either way
            return nullcontext()

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                on_ready(site)

    config = uvicorn.Config(
        site.app,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # what proxies say is for `Proxies` to believe or not
        server_header=False,
        lifespan="on",
        ws="websockets-sansio",
        timeout_graceful_shutdown=CLOSE_CONNECTIONS,
    )
    return Server(config)
