"""`/v1/models` and `/v1/chat/completions`."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from lazyflow.nodes.events import Event
from lazyflow.nodes.merging import merge
from lazyflow.runtime.contract import Ask, LiveApp, RunningApp
from lazyflow.server.openai.answer import Envelope, Reply
from lazyflow.server.openai.asking import asks
from lazyflow.server.openai.body import ChatBody
from lazyflow.server.openai.problem import ApiProblem

T = TypeVar("T")
CLIENT_GONE = 499
DONE = b"data: [DONE]\n\n"


def openai_routes(live: LiveApp, web: str) -> APIRouter:
    """The API of one web node."""
    router = APIRouter(prefix="/v1")
    started = int(time.time())

    @router.get("/models")
    async def models() -> JSONResponse:
        spec = live.app.spec
        target = spec.webs[web].target
        names = [target, *(name for name in spec.callables if name != target)]
        listed = [{"id": name, "object": "model", "created": started, "owned_by": spec.name} for name in names]
        return JSONResponse({"object": "list", "data": listed})

    @router.post("/chat/completions")
    async def chat_completions(body: ChatBody, request: Request) -> Response:
        async with AsyncExitStack() as stack:
            app = stack.enter_context(live.lease())
            wanted = asks(app, web, body)
            envelope = Envelope(model=wanted[0].entry)
            if not body.stream:
                replies = await while_connected(request, whole(app, wanted))
                return JSONResponse(envelope.whole(replies))
            usage = body.stream_options is not None and body.stream_options.include_usage
            chunks = streamed(app, wanted, envelope, usage=usage)
            stack.push_async_callback(chunks.aclose)
            # A turn that fails before its first word answers with a status; afterwards only the stream can say so.
            first = await while_connected(request, anext(chunks))
            return HeldStream(sent(first, chunks), stack.pop_all())

    return router


class HeldStream(StreamingResponse):
    """Server-sent events that hold resources, and let go of them even where the client left before the first."""

    def __init__(self, content: AsyncGenerator[bytes, None], held: AsyncExitStack) -> None:
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        super().__init__(content, media_type="text/event-stream", headers=headers)
        self.content = content
        self.held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, then let go."""
        async with self.held, aclosing(self.content):
            await super().__call__(scope, receive, send)


async def whole(app: RunningApp, wanted: Sequence[Ask]) -> list[Reply]:
    """All answers, complete."""
    replies = [Reply() for _ in wanted]
    async with aclosing(merge([app.stream(ask) for ask in wanted])) as events:
        async for number, event in events:
            replies[number].take(event)
    return replies


async def streamed(
    app: RunningApp, wanted: Sequence[Ask], envelope: Envelope, *, usage: bool
) -> AsyncGenerator[Mapping[str, Any], None]:
    """The chunks of all answers: the role of each first, once something is known to come."""
    replies = [Reply() for _ in wanted]
    silent = set(range(len(wanted)))
    streams: list[AsyncGenerator[Event | None, None]] = [with_end(app.stream(ask)) for ask in wanted]
    async with aclosing(merge(streams)) as events:
        async for number, event in events:
            delta = replies[number].take(event) if event is not None else None
            if number in silent and (delta or event is None):
                silent.discard(number)
                yield envelope.chunk(number, {"role": "assistant", "content": ""})
            if delta:
                yield envelope.chunk(number, delta)
            if event is None:
                yield envelope.chunk(number, {}, replies[number].finish_reason)
    if usage:
        yield envelope.usage_chunk(replies)


async def with_end(stream: AsyncGenerator[Event, None]) -> AsyncGenerator[Event | None, None]:
    """The stream, and None at its end."""
    async with aclosing(stream):
        async for event in stream:
            yield event
    yield None


async def sent(
    first: Mapping[str, Any], chunks: AsyncGenerator[Mapping[str, Any], None]
) -> AsyncGenerator[bytes, None]:
    """Chunks as server-sent events; an error in the middle is one of them."""
    yield event_bytes(first)
    try:
        async for chunk in chunks:
            yield event_bytes(chunk)
    except ApiProblem as problem:
        yield event_bytes(problem.body)
    yield DONE


def event_bytes(value: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled when the client hangs up.

    Raises: `ApiProblem` 499, which nobody reads.
    """

    async def hung_up() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(hung_up())
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ApiProblem(CLIENT_GONE, "the client closed the connection")
        return task.result()
    finally:
        watch.cancel()
        if not task.done():
            task.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)
