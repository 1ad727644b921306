"""Serves the page over a fake app, for a browser: `python tests/web/serve_fake.py` prints the address."""

from __future__ import annotations

import asyncio
import queue
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

import uvicorn
from fastapi import FastAPI

from lazyflow.server.security_headers import SecurityHeaders
from lazyflow.web.mount import mount_page
from tests.web.fake_live import FakeLive
from tests.web.scripts import play

T = TypeVar("T")


@dataclass(frozen=True)
class Served:
    """A page that answers, and the way to change the app behind it on its own event loop."""

    url: str
    live: FakeLive
    loop: asyncio.AbstractEventLoop
    server: uvicorn.Server

    def do(self, action: Callable[[], T]) -> T:
        async def run() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)

    def drop_connections(self) -> None:
        """Cut every connection, as a network does."""
        for connection in tuple(self.server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()


@contextmanager
def serving(live: FakeLive, **options: Any) -> Iterator[Served]:
    """The page on a port of its own, in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = FastAPI()
    mount_page(app, live, live.web.name, **options)
    server = uvicorn.Server(uvicorn.Config(SecurityHeaders(app), log_config=None, ws="websockets-sansio"))
    loops: queue.Queue[asyncio.AbstractEventLoop] = queue.Queue()

    async def serve() -> None:
        loops.put(asyncio.get_running_loop())
        await server.serve([listener])

    # Cancels what is at work when it ends, such as an answer that nobody waits for.
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}/", live, loops.get(timeout=10), server)
    finally:
        server.should_exit = True
        thread.join(10)


if __name__ == "__main__":
    with serving(FakeLive(script=play)) as served:
        sys.stdout.write(served.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()
