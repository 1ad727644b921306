"""A small app that answers as it is told: the page's harness, in unit tests and under a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lazyflow.engine.contract import ModelState
from lazyflow.graph.build import build_graph
from lazyflow.graph.graph import Graph
from lazyflow.nodes.contract import TEXT_ALONE, Embeddings, NodeFailed, Takes
from lazyflow.nodes.events import Event, Failure, Text
from lazyflow.runtime.contract import Ask, NodeStatus, Observer, Reloaded, Stopping, Trouble
from lazyflow.runtime.observers import Observers
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import CallableSpec, LocalSpec, PythonSpec, WebSpec

Beat = Event | float
"""An event, or seconds to wait before the next one."""
Script = Callable[[Ask], Sequence[Beat]]


def echo(ask: Ask) -> Sequence[Beat]:
    return [Text(f"You said: {ask.message}")]


def app_spec(web: WebSpec, chat: CallableSpec, models: Sequence[str] = ()) -> AppSpec:
    others = {name: LocalSpec(name=name, model=f"{name}.gguf") for name in models}
    return AppSpec(name="fake", nodes={"chat": chat, **others, web.name: web}, folder=Path("/nowhere"))


class FakeLive:
    """`LiveApp` and `RunningApp` in one: plays `script`, remembers what it was asked. `models` are further nodes."""

    def __init__(
        self,
        web: WebSpec | None = None,
        script: Script = echo,
        chat: CallableSpec | None = None,
        models: Sequence[str] = (),
    ) -> None:
        self.chat = chat or PythonSpec(name="chat", call="fake:chat")
        self.models = models
        self.web = web or WebSpec(name="web", target="chat", history=("chat",), title="Fake")
        self.script = script
        self.asked: list[Ask] = []
        self.closed = 0
        self.leases = 0
        self.taken = Takes(images=True)
        self.generation = 1
        self.states: Mapping[str, ModelState] = {}
        self.trouble = Trouble()
        self.coming: Mapping[str, NodeStatus] = {}
        self.stopping = False
        self.nodes: Mapping[str, NodeStatus] = {"chat": NodeStatus(state="ready")}
        self.listeners: list[Callable[[], None]] = []
        self.observers = Observers()

    @property
    def app(self) -> FakeLive:
        return self

    @property
    def spec(self) -> AppSpec:
        return app_spec(self.web, self.chat, self.models)

    @property
    def graph(self) -> Graph:
        return build_graph(self.spec)

    async def aside(self, ask: Ask, enough: Callable[[str], bool]) -> str:
        text = ""
        async for event in self.stream(ask):
            text += event.text if isinstance(event, Text) else ""
            if enough(text):
                break
        return text

    async def embed(self, node: str, texts: Sequence[str], dimensions: int | None = None) -> Embeddings:
        raise NodeFailed(Failure((node,), f"no embeddings of {texts} in {dimensions}", "", "invalid"))

    async def tokenize(self, node: str, text: str) -> tuple[int, ...]:
        raise NodeFailed(Failure((node,), f"no tokens of {text}", "", "invalid"))

    async def takes(self, node: str) -> Takes:
        return self.taken if node in self.nodes else TEXT_ALONE

    def status(self) -> Mapping[str, NodeStatus]:
        return self.nodes

    async def stream(self, ask: Ask) -> AsyncGenerator[Event, None]:
        self.asked.append(ask)
        try:
            for beat in self.script(ask):
                if isinstance(beat, (int, float)):
                    await asyncio.sleep(beat)
                else:
                    yield beat
        finally:
            self.closed += 1

    @contextmanager
    def lease(self) -> Iterator[FakeLive]:
        if self.stopping:
            raise Stopping
        self.leases += 1
        try:
            yield self
        finally:
            self.leases -= 1

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def busy(self) -> Mapping[str, ModelState]:
        return self.states

    def observe(self, observer: Observer) -> Callable[[], None]:
        return self.observers.add(observer)

    async def reload(self) -> Reloaded:
        return Reloaded(generation=self.generation, changed=False)

    def change(self, **fields: object) -> None:
        """Edit the web node as a saved file would."""
        self.web = replace(self.web, **fields)  # type: ignore[arg-type] # a test's own fields
        self.generation += 1
        self.tell()

    def tell(self) -> None:
        for listener in tuple(self.listeners):
            listener()
