"""An app of scripted nodes that is always the current generation."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing, contextmanager
from pathlib import Path

from lazyflow.engine.contract import ModelState
from lazyflow.graph.graph import Graph
from lazyflow.nodes.contract import TEXT_ALONE, Embeddings, NodeFailed, Takes, Turn
from lazyflow.nodes.events import Event, Failure
from lazyflow.runtime.contract import Ask, Asked, NodeStatus, Observer, Reloaded, RunningApp, Stopping, Trouble
from lazyflow.runtime.observers import Observers
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import AnyNode, PythonSpec, WebSpec
from tests.nodes.fake_node import FakeNode


class FakeApp:
    """Answers with its nodes; remembers what it was asked. Those named in `able` take more than text."""

    def __init__(self, *nodes: FakeNode) -> None:
        self.nodes = {node.name: node for node in nodes}
        specs: dict[str, AnyNode] = {node.name: PythonSpec(name=node.name, call="x:y") for node in nodes}
        specs["web"] = WebSpec(name="web", target=nodes[0].name)
        self.spec = AppSpec(name="fake", nodes=specs, folder=Path())
        self.graph = Graph(app=self.spec, edges=dict.fromkeys(self.nodes, ()), order=tuple(self.nodes))
        self.asked: list[Ask] = []
        self.able: dict[str, Takes] = {}
        self.states: dict[str, NodeStatus] = {name: NodeStatus(state="ready") for name in self.nodes}
        self.models: dict[str, ModelState] = {}
        self.observers = Observers()

    async def stream(self, ask: Ask) -> AsyncGenerator[Event, None]:
        asked = Asked(node=ask.entry, spec=self.spec)
        async with aclosing(self.observers.heard(asked, self._answer(ask))) as events:
            async for event in events:
                yield event

    async def _answer(self, ask: Ask) -> AsyncGenerator[Event, None]:
        self.asked.append(ask)
        turn = Turn(
            message=ask.message,
            answers=ask.answers,
            history=ask.history,
            overrides=ask.overrides,
            path=(ask.entry,),
        )
        try:
            async for event in self.nodes[ask.entry].stream(turn):
                yield event
        except NodeFailed as error:
            yield error.failure

    async def aside(self, ask: Ask, enough: Callable[[str], bool]) -> str:
        raise AssertionError(f"the API asks for nothing aside: {ask} {enough}")

    async def embed(self, node: str, texts: Sequence[str], dimensions: int | None = None) -> Embeddings:
        if node == "aux":
            raise NodeFailed(Failure((node,), "aux makes no embeddings", "ask bot", "invalid"))
        return Embeddings(tuple((float(len(text)), 0.5)[: dimensions or 2] for text in texts), sum(map(len, texts)))

    async def tokenize(self, node: str, text: str) -> tuple[int, ...]:
        if node == "aux":
            raise NodeFailed(Failure((node,), "aux has no tokens", "ask bot", "invalid"))
        return tuple(map(ord, text))

    async def takes(self, node: str) -> Takes:
        return self.able.get(node, TEXT_ALONE)

    def status(self) -> Mapping[str, NodeStatus]:
        return self.states

    async def busy(self) -> Mapping[str, ModelState]:
        return self.models


class FakeLive:
    """Never changes, and counts its leases."""

    def __init__(self, app: FakeApp) -> None:
        self.app: RunningApp = app
        self.observers = app.observers
        self.generation = 1
        self.trouble = Trouble()
        self.coming: Mapping[str, NodeStatus] = {}
        self.stopping = False
        self.leases = 0
        self.reloaded = Reloaded(generation=1, changed=False)

    def lease(self) -> AbstractContextManager[RunningApp]:
        if self.stopping:
            raise Stopping

        @contextmanager
        def held() -> Iterator[RunningApp]:
            self.leases += 1
            try:
                yield self.app
            finally:
                self.leases -= 1

        return held()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        listener()
        return lambda: None

    def observe(self, observer: Observer) -> Callable[[], None]:
        return self.observers.add(observer)

    async def reload(self) -> Reloaded:
        self.observers.reloaded(self.reloaded)
        return self.reloaded
