"""A provider of the tests' own: a bare HTTP server that records what it is asked and answers what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request. Names of headers are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(slots=True)
class Line:
    """The way back to one client; `gone` is when the client hung up (`time.monotonic`)."""

    writer: asyncio.StreamWriter
    gone: float | None = None
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.writer.write(f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{extra}Connection: close\r\n\r\n".encode())
        await self.writer.drain()

    async def say(self, text: str) -> None:
        self.writer.write(text.encode())
        await self.writer.drain()

    async def event(self, value: object) -> None:
        await self.say(f"data: {json.dumps(value)}\n\n")


Reply = Callable[[Received, Line], Awaitable[None]]


def chunk(delta: Mapping[str, object], finish: str | None = None) -> dict[str, object]:
    """A chunk in OpenAI's form."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10, "prompt_tokens_details": {"cached_tokens": 2}}


@dataclass(slots=True)
class Peer:
    """Answers every request with `reply`, or with one after another where there are several (the last one stays)."""

    replies: list[Reply]
    tls: ssl.SSLContext | None = None
    received: list[Received] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        assert self._server is not None
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls, backlog=256)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        line = Line(writer)
        try:
            request = await self._read(reader)
            if request is None:
                return
            reply = self.replies[min(len(self.received), len(self.replies) - 1)]
            self.received.append(request)
            self.lines.append(line)
            self.arrived.set()
            watch = asyncio.ensure_future(self._watch(reader, line))
            try:
                await reply(request, line)
            finally:
                watch.cancel()
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass  # the client went, or the test is over
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> Received | None:
        first = (await reader.readline()).decode("ascii", "replace")
        if "HTTP/1.1" not in first:
            return None
        method, path, _ = first.split()
        headers = {}
        while line := (await reader.readline()).decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Received(method, path, headers, json.loads(body) if body else None)

    @staticmethod
    async def _watch(reader: asyncio.StreamReader, line: Line) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read()
        line.gone = time.monotonic()
        line.left.set()


def answer(
    pieces: Iterable[str | Mapping[str, object]] = ("Hel", "lo"),
    *,
    finish: str | None = "stop",
    usage: Mapping[str, object] | None = USAGE,
    pause: float = 0.0,
) -> Reply:
    """A whole answer; a piece is text or a delta. Without `finish` the stream just ends."""

    async def reply(_request: Received, line: Line) -> None:
        await line.head()
        for piece in pieces:
            await line.event(chunk({"role": "assistant", "content": piece} if isinstance(piece, str) else piece))
            await asyncio.sleep(pause)
        if finish:
            await line.event(chunk({}, finish))
        if usage:
            await line.event({**chunk({}), "choices": [], "usage": usage})
        await line.say("data: [DONE]\n\n")

    return reply


def status(code: int, body: object, **headers: str) -> Reply:
    """An error as JSON (or, for a `str`, as HTML)."""

    async def reply(_request: Received, line: Line) -> None:
        text, kind = (body, "text/html") if isinstance(body, str) else (json.dumps(body), "application/json")
        await line.head(code, kind, Content_Length=str(len(text.encode())), **headers)
        await line.say(text)

    return reply


def error(message: str, code: str | None = None) -> dict[str, object]:
    """The body of an error in OpenAI's form."""
    return {"error": {"message": message, "type": code, "code": code, "param": None}}


def silent(pieces: Iterable[str] = (), *, head: bool = True) -> Reply:
    """Say `pieces`, then nothing more until the client goes."""

    async def reply(_request: Received, line: Line) -> None:
        if head:
            await line.head()
        for piece in pieces:
            await line.event(chunk({"content": piece}))
        await line.left.wait()

    return reply


def broken(after: str, *, pieces: Iterable[str] = ("Hel",)) -> Reply:
    """Say `pieces` and then the raw text `after`, and hang up; the announced length is never reached."""

    async def reply(_request: Received, line: Line) -> None:
        await line.head(Transfer_Encoding="chunked")
        for piece in pieces:
            text = f"data: {json.dumps(chunk({'content': piece}))}\n\n"
            await line.say(f"{len(text):x}\r\n{text}\r\n")
        if after:
            await line.say(f"{len(after.encode()):x}\r\n{after}\r\n")

    return reply


@asynccontextmanager
async def serving(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """A peer that is open within the context."""
    peer = Peer(list(replies), tls)
    await peer.open()
    try:
        yield peer
    finally:
        await peer.close()
