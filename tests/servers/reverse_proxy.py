"""A small reverse proxy for HTTP and websockets, as a server of its own: `/chat` goes to an app behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Queue


@dataclass
class ReverseProxy:
    """Passes bytes on, one connection a request; `strips` takes the path off, `says` are headers that it sets."""

    port: int
    path: str = "/chat"
    strips: bool = True
    says: dict[str, str] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client."""
        with closing_at_the_end(writer):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip().split("\r\n")
            method, target, version = first.split(" ")
            self.passed.append(target)
            inner = (target.removeprefix(self.path) or "/") if self.strips else target
            told = "\r\n".join([f"{method} {inner} {version}", *self._headers(lines), "", ""])
            behind, to_app = await asyncio.open_connection("127.0.0.1", self.port)
            with closing_at_the_end(to_app):
                to_app.write(told.encode("latin-1"))
                await asyncio.gather(pump(reader, to_app), pump(behind, writer))

    def _headers(self, lines: list[str]) -> list[str]:
        """The client's headers as this proxy passes them on: its own host, and no connection but a websocket's kept."""
        given = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines}
        says = {name: value.format(host=given["host"]) for name, value in self.says.items()}
        kept = {} if "upgrade" in given else {"connection": "close"}
        told = {**given, **kept, "host": f"127.0.0.1:{self.port}", **says}
        return [f"{name}: {value}" for name, value in told.items()]


@contextmanager
def closing_at_the_end(writer: asyncio.StreamWriter) -> Iterator[None]:
    """Close a connection, whoever ended it."""
    try:
        with suppress(OSError, asyncio.IncompleteReadError):
            yield
    finally:
        writer.close()


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass on what comes until it ends."""
    with suppress(OSError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
    sink.close()


@contextmanager
def proxying(proxy: ReverseProxy) -> Iterator[str]:
    """The proxy in a thread of its own; its address, with the path."""
    ports: Queue[int] = Queue()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def run() -> None:
        async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
            ports.put(server.sockets[0].getsockname()[1])
            await ended.wait()
            server.close()
            connections = asyncio.all_tasks() - {asyncio.current_task()}
            for task in connections:
                task.cancel()
            await asyncio.gather(*connections, return_exceptions=True)
            await asyncio.sleep(0)  # the connections that were closed do so now

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=10)}{proxy.path}/"
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()
