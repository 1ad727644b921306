"""A folder with an app.yaml that runs on fake models."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from lazyflow.engine.contract import ModelKey
from lazyflow.errors import ModelUnusable
from lazyflow.graph.load import Source
from lazyflow.nodes.events import Event, Text
from lazyflow.runtime.contract import Ask, Reloaded, RunningApp
from lazyflow.runtime.live import Live
from lazyflow.runtime.memory import Held
from tests.runtime.fake_models import EchoModel, FakeLoader, FakeLocator

ONE = """
version: 1
nodes:
  chat: { type: local, model: one }
  web: { type: web, target: chat, history: [chat], port: 20500 }
"""


class AppFolder:
    """Write the file with `save`, run it with `start`; `roomy` says whether new models fit beside old ones.

    `too_large` is the name of a model that fits nowhere.
    """

    def __init__(self, folder: Path, text: str = ONE) -> None:
        self.path = folder / "app.yaml"
        self.load = FakeLoader()
        self.locate = FakeLocator()
        self.roomy = True
        self.too_large = ""
        self.drain = 5.0
        self.environment: dict[str, str] = {}
        self.over: tuple[Path, ...] = ()
        self.save(text)
        self.live: Live

    def save(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")

    async def start(self) -> Live:
        source = Source((self.path, *self.over), environment=self.environment)
        self.live = Live(source, load=self.load, locate=self.locate, drain=self.drain, room=self._room)
        await self.live.start()
        return self.live

    async def ready(self) -> Live:
        live = await self.start()
        assert await live.loaded() == ()
        return live

    async def edit(self, old: str, new: str) -> Reloaded:
        """Change the text, and reload."""
        text = self.path.read_text("utf-8")
        assert old in text
        self.save(text.replace(old, new))
        return await self.live.reload()

    async def ask(self, message: str = "hi", entry: str = "chat") -> str:
        with self.live.lease() as app:
            return await answer(app, Ask(message=message, entry=entry))

    @property
    def loaded(self) -> list[str]:
        """The names of the models that were loaded, in order."""
        return [key.path.name for key in self.load.loads]

    @property
    def model(self) -> EchoModel:
        return self.load.models[-1]

    async def _room(self, keys: Sequence[ModelKey], _leaving: Sequence[Held]) -> bool:
        if self.too_large in [key.path.name for key in keys]:
            raise ModelUnusable(f"{self.too_large} is too large for this machine")
        return self.roomy


async def answer(app: RunningApp, ask: Ask) -> str:
    """The text that reaches the person."""
    return "".join([event.text async for event in app.stream(ask) if isinstance(event, Text)]).strip()


async def events(app: RunningApp, ask: Ask) -> list[Event]:
    return [event async for event in app.stream(ask)]


async def turn_of_the_loop(times: int = 20) -> None:
    """Let everything that can run do so."""
    for _ in range(times):
        await asyncio.sleep(0)
