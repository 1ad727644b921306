"""One generation of the graph, open and able to answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, nullcontext

from lazyflow.engine.contract import ModelState
from lazyflow.graph.graph import Graph
from lazyflow.nodes.contract import Embeddings, Embeds, Node, NodeFailed, Takes, Tokenizes, Turn, taken
from lazyflow.nodes.events import Event, Failure, Text
from lazyflow.nodes.fallback import FallbackNode
from lazyflow.runtime.busy import states
from lazyflow.runtime.claim import Claim
from lazyflow.runtime.contract import Ask, Asked, NodeStatus
from lazyflow.runtime.observers import Observers
from lazyflow.runtime.turns import Turns
from lazyflow.spec.app import AppSpec

log = logging.getLogger(__name__)

READY = NodeStatus(state="ready", fraction=1.0)


class App:
    """Implements `RunningApp`. `claims` are the models of the local nodes, which end with the app."""

    def __init__(
        self, graph: Graph, nodes: Mapping[str, Node], claims: Mapping[str, Claim], observers: Observers | None = None
    ) -> None:
        self.graph = graph
        self.nodes = nodes
        self.claims = claims
        self._turns = Turns()
        self._observers = observers or Observers()

    @property
    def spec(self) -> AppSpec:
        """What the files said."""
        return self.graph.app

    def status(self) -> Mapping[str, NodeStatus]:
        """The state of every callable node, by name."""
        return {name: self.claims[name].status() if name in self.claims else READY for name in self.nodes}

    async def stream(self, ask: Ask) -> AsyncGenerator[Event, None]:
        """Answer; a turn that fails ends with a `Failure`. Closing it cancels the turn."""
        running = self._turns.running() if self._needs_local(ask.entry) else nullcontext()
        with running:
            async with aclosing(self._heard(ask)) as events:
                async for event in events:
                    yield event

    async def aside(self, ask: Ask, enough: Callable[[str], bool]) -> str:
        """See `RunningApp`."""
        text = self._text(ask, enough)
        return (await self._turns.aside(text) or "") if self._needs_local(ask.entry) else await text

    async def _text(self, ask: Ask, enough: Callable[[str], bool]) -> str:
        text = ""
        async with aclosing(self._stream(ask)) as events:
            async for event in events:
                match event:
                    case Failure():
                        return ""
                    case Text(piece):
                        text += piece
                if enough(text):
                    break
        return text

    def _heard(self, ask: Ask) -> AsyncGenerator[Event, None]:
        events = self._stream(ask)
        if ask.entry not in self.nodes:
            return events
        return self._observers.heard(Asked(node=ask.entry, spec=self.spec, conversation=ask.conversation), events)

    async def _stream(self, ask: Ask) -> AsyncGenerator[Event, None]:
        if ask.entry not in self.nodes:
            names = ", ".join(self.nodes)
            yield Failure((ask.entry,), f"there is no node '{ask.entry}'", f"the nodes are: {names}", "invalid")
            return
        try:
            turn = self._turn(ask)
            async with aclosing(self.nodes[ask.entry].stream(turn)) as events:
                async for event in events:
                    yield event
        except NodeFailed as error:
            yield error.failure
        except Exception:
            log.exception("a turn of node '%s'", ask.entry)
            yield Failure((ask.entry,), f"node '{ask.entry}' broke off unexpectedly", "the log has the details")

    async def busy(self) -> Mapping[str, ModelState]:
        """See `RunningApp`."""
        return await states(self.claims)

    async def embed(self, node: str, texts: Sequence[str], dimensions: int | None = None) -> Embeddings:
        """See `RunningApp`."""
        asked = self._alone(node)
        if not isinstance(asked, Embeds):
            raise cannot(node, "makes no embeddings", "ask a node of type local or online")
        return await asked.embed(texts, dimensions)

    async def tokenize(self, node: str, text: str) -> tuple[int, ...]:
        """See `RunningApp`."""
        asked = self._alone(node)
        if not isinstance(asked, Tokenizes):
            raise cannot(node, "has no tokens that are known here", "ask a node of type local")
        return await asked.tokenize(text)

    async def takes(self, node: str) -> Takes:
        """See `RunningApp`."""
        return await taken(self.nodes[node])

    def reusable(self, kept: tuple[str, ...]) -> Mapping[str, Node]:
        """Of the nodes that did not change, those that go on in the next app: they hold neither nodes nor models."""
        return {name: self.nodes[name] for name in kept if not self.graph.edges[name] and name not in self.claims}

    def _needs_local(self, entry: str) -> bool:
        """Whether a turn of this node may use a model of this machine."""
        return entry in self.nodes and not self.claims.keys().isdisjoint(self.graph.reachable(entry))

    def _alone(self, name: str) -> Node:
        node = self.nodes[name]
        return node.first if isinstance(node, FallbackNode) else node

    def _turn(self, ask: Ask) -> Turn:
        web = ask.web if ask.web in self.spec.webs else None
        readers = self.graph.readers(ask.entry, web, use_context=ask.use_context)
        if ask.answers:  # what a tool said means nothing without the call
            readers |= {ask.entry}
        return Turn(
            message=ask.message,
            answers=ask.answers,
            history=ask.history,
            readers=readers,
            files=ask.files,
            overrides=ask.overrides,
            person=ask.person,
            conversation=ask.conversation,
            begun=ask.begun,
        ).enter(ask.entry, answers=True)

    async def close(self) -> None:
        """Let the models go; those that another generation holds stay in memory."""
        for claim in self.claims.values():
            await claim.release()


def cannot(node: str, what: str, instead: str) -> NodeFailed:
    """What a caller is told who asks a node for what its type does not offer."""
    return NodeFailed(Failure((node,), f"node '{node}' {what}", instead, "invalid"))
