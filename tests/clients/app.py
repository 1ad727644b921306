"""An app behind a key, for clients: `python -m tests.clients.app` serves it and prints as JSON where."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lazyflow.graph.load import Source
from lazyflow.runtime.live import Live
from lazyflow.runtime.loop_thread import LoopThread
from lazyflow.server.ports import bind
from lazyflow.server.serving import Site
from lazyflow.server.site import build_site
from tests.runtime.fake_models import FakeLoader, FakeLocator
from tests.servers.peer import Line, Received, answer, error, serving, status
from tests.servers.site import serving_site

KEY = "key-of-a-program"
APP = """
version: 1
nodes:
  echo: { type: local, model: echo }
  agent:
    { type: online, source: openai, model: gpt-4o-mini, api_base: "${API}", api_key: "${API_KEY}", retries: 0 }
  web: { type: web, target: echo, history: [echo], port: 0, store: memory, auth: { keys: ["${KEY}"] } }
"""


@dataclass(frozen=True, slots=True)
class Api:
    """Where clients find it."""

    url: str
    key: str = KEY


async def platform(request: Received, line: Line) -> None:
    """Calls the first tool that is offered, tells what a tool said, and has a limit."""
    body = request.body
    last = body["messages"][-1]
    said = last["content"] if isinstance(last["content"], str) else last["content"][0]["text"]
    if last["role"] == "tool":
        await answer(["It is ", said, "."])(request, line)
    elif body.get("tools"):
        called = {"name": body["tools"][0]["function"]["name"], "arguments": ""}
        begun = {"index": 0, "id": "call_1", "type": "function", "function": called}
        rest = [{"index": 0, "function": {"arguments": part}} for part in ('{"city":', ' "Ulm"}')]
        await answer([{"tool_calls": [part]} for part in (begun, *rest)], finish="tool_calls")(request, line)
    elif body.get("response_format"):
        await answer(['{"city": ', '"Ulm"}'])(request, line)
    elif said == "too fast":
        await status(429, error("slow down"), Retry_After="7")(request, line)
    else:
        pictures = sum(part["type"] == "image_url" for part in last["content"] if isinstance(part, dict))
        await answer([f"{pictures} ", "pictures"])(request, line)


@asynccontextmanager
async def serving_app(folder: Path) -> AsyncIterator[Api]:
    """The app, until the context ends."""
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(serving(platform))
        file = folder / "app.yaml"
        file.write_text(APP, encoding="utf-8")
        environment = {"API": peer.url, "API_KEY": "key-of-the-platform", "KEY": KEY}
        live = Live(Source((file,), environment), load=FakeLoader(), locate=FakeLocator(), drain=5)
        await live.start()
        stack.push_async_callback(live.close)
        web = live.app.spec.webs["web"]
        site = Site(node="web", listener=bind("web", web.host, web.ports), app=build_site(live, "web", lambda _: None))
        await stack.enter_async_context(serving_site(site))
        yield Api(f"{site.url}v1")


@contextmanager
def served(folder: Path) -> Iterator[Api]:
    """The app, in a thread of its own."""
    with LoopThread() as thread:
        app = serving_app(folder)
        api = thread.run(app.__aenter__())
        try:
            yield api
        finally:
            thread.run(app.__aexit__(None, None, None))


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with serving_app(Path(folder)) as api:
            print(json.dumps({"url": api.url, "key": api.key}), flush=True)  # noqa: T201 - tells the client where
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
