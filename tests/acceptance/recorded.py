"""The whole app in this process, on the real engine, with a note of what reaches each model."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from lazyflow.engine.contract import ChatRequest, LoadedModel, ModelInfo, ModelKey, ModelState, OnProgress, Output
from lazyflow.engine.open import open_model
from lazyflow.graph.load import Source
from lazyflow.models.locate import locate
from lazyflow.runtime.live import Live
from lazyflow.runtime.watch import watch
from lazyflow.server.ports import bind
from lazyflow.server.serving import Site, serve
from lazyflow.server.site import build_site
from lazyflow.spec.nodes import WebSpec
from lazyflow.web.mount import mount_page


@dataclass
class Recorded:
    """What was loaded and asked, and where the page of each web node is."""

    urls: dict[str, str] = field(default_factory=dict)
    loads: list[ModelKey] = field(default_factory=list)
    requests: list[ChatRequest] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The first page."""
        return next(iter(self.urls.values()))


class RecordedModel:
    """A real model that keeps every request."""

    def __init__(self, model: LoadedModel, requests: list[ChatRequest]) -> None:
        self.model = model
        self.requests = requests

    @property
    def info(self) -> ModelInfo:
        return self.model.info

    @property
    def ready(self) -> bool:
        return self.model.ready

    def chat(self, request: ChatRequest) -> AsyncGenerator[Output, None]:
        self.requests.append(request)
        return self.model.chat(request)

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return await self.model.embed(texts)

    async def tokenize(self, text: str) -> tuple[int, ...]:
        return await self.model.tokenize(text)

    async def state(self) -> ModelState:
        return await self.model.state()

    async def beside(self, keys: Sequence[ModelKey]) -> bool:
        return await self.model.beside(keys)

    async def close(self) -> None:
        await self.model.close()


def site_of(live: Live, web: WebSpec) -> Site:
    site = build_site(live, web.name, lambda page: mount_page(page, live, web.name))
    return Site(node=web.name, listener=bind(web.name, web.host, web.ports), app=site)


@contextmanager
def recorded(app: Path) -> Iterator[Recorded]:
    """Serve `app`, watched, until the block ends."""
    it = Recorded()
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def until_stopped() -> None:
        await stop.wait()

    async def load(key: ModelKey, on_progress: OnProgress) -> LoadedModel:
        it.loads.append(key)
        return RecordedModel(await open_model(key, on_progress), it.requests)

    async def run() -> None:
        live = Live(Source((app,), os.environ), load=load, locate=locate, drain=60)
        await live.start()
        watching = asyncio.create_task(watch(live))
        try:
            sites = [site_of(live, web) for web in live.app.spec.webs.values()]

            def announce(served: Site) -> None:
                it.urls[served.node] = served.url
                if len(it.urls) == len(sites):
                    ready.set()

            await serve(sites, on_ready=announce, until=until_stopped)
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await live.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield it
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
