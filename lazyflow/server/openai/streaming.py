"""From the app's events to HTTP responses, whole or as server-sent events, as long as the client is there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from lazyflow.nodes.events import Event
from lazyflow.nodes.merging import merge
from lazyflow.runtime.contract import Ask, LiveApp, RunningApp
from lazyflow.server.openai.answer import Envelope
from lazyflow.server.openai.body import AnswerBody
from lazyflow.server.openai.problem import ApiProblem
from lazyflow.server.openai.reply import Reply

T = TypeVar("T")
Wanted = Sequence[tuple[Ask, int]]
"""What the app is asked, each with the number of its prompt among the request's."""
CLIENT_GONE = 499
DONE = b"data: [DONE]\n\n"


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


async def respond(
    request: Request,
    live: LiveApp,
    body: AnswerBody,
    asked: Callable[[RunningApp], Awaitable[tuple[Wanted, Envelope]]],
) -> Response:
    """Answer what `asked` makes of the current app, whole or as a stream, which keeps that app open to its end.

    Raises: `ApiProblem` where a turn fails before its first word.
    """
    async with AsyncExitStack() as held:
        app = held.enter_context(live.lease())
        wanted, envelope = await asked(app)
        if not body.stream:
            replies = await while_connected(request, whole(app, wanted))
            return JSONResponse(envelope.whole(replies))
        chunks = streamed(app, wanted, envelope, usage=body.includes_usage)
        held.push_async_callback(chunks.aclose)
        # A turn that fails before its first word answers with a status; afterwards only the stream can say so.
        first = await while_connected(request, anext(chunks))
        return HeldStream(sent(first, chunks), held.pop_all())


async def whole(app: RunningApp, wanted: Wanted) -> list[Reply]:
    """All answers, complete."""
    replies = [Reply(prompt) for _, prompt in wanted]
    async with aclosing(merge([app.stream(ask) for ask, _ in wanted])) as events:
        async for number, event in events:
            replies[number].take(event)
    return replies


async def streamed(
    app: RunningApp, wanted: Wanted, envelope: Envelope, *, usage: bool
) -> AsyncGenerator[Mapping[str, Any], None]:
    """The chunks of all answers: the beginning of each first, once something is known to come."""
    replies = [Reply(prompt) for _, prompt in wanted]
    silent = set(range(len(wanted)))
    streams: list[AsyncGenerator[Event | None, None]] = [with_end(app.stream(ask)) for ask, _ in wanted]
    async with aclosing(merge(streams)) as events:
        async for number, event in events:
            reply = replies[number]
            told = reply.take(event) if event is not None else None
            if number in silent and (told or event is None):
                silent.discard(number)
                if begun := envelope.begin(number, reply):
                    yield begun
            if told and (piece := envelope.piece(number, reply, told)):
                yield piece
            if event is None:
                yield envelope.end(number, reply.finish_reason)
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
