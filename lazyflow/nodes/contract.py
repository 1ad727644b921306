"""What a node is: an object that answers a turn with a stream of events, and how one turn looks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

from lazyflow.engine.contract import LoadedModel
from lazyflow.errors import LazyflowError
from lazyflow.messages import File, History
from lazyflow.nodes.events import Event, Failure, NodePath
from lazyflow.spec.sampling import Format, Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a program lets the model call, in the terms of OpenAI's API, which go to the model as they are."""

    offered: tuple[Mapping[str, Any], ...]
    choice: str | Mapping[str, Any] | None = None
    parallel: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What a caller asks of one model node for this turn only; None and empty leave the node's own value.

    `choices` are the only answers allowed (a router asks so); `logit_bias` maps token ids to a bias.
    """

    system: str | None = None
    sampling: Sampling = Sampling()
    format: Format | None = None
    choices: tuple[str, ...] = ()
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    logprobs: int | None = None
    tools: Tools | None = None

    def over(self, base: Overrides) -> Overrides:
        """These wishes, and `base`'s where nothing was said."""
        return Overrides(
            system=base.system if self.system is None else self.system,
            sampling=self.sampling.over(base.sampling),
            format=base.format if self.format is None else self.format,
            choices=self.choices or base.choices,
            logit_bias={**base.logit_bias, **self.logit_bias},
            logprobs=base.logprobs if self.logprobs is None else self.logprobs,
            tools=base.tools if self.tools is None else self.tools,
        )


NOTHING = Overrides()


class Budget:
    """How many nodes one turn may still run: it bounds graphs whose branches multiply."""

    def __init__(self, steps: int = 1000, depth: int = 100) -> None:
        self._steps = steps
        self._depth = depth

    def take(self, path: NodePath) -> None:
        """Count one more node, at `path`. Raises: `NodeFailed` when the turn has used its share."""
        self._steps -= 1
        if self._steps < 0:
            raise NodeFailed(Failure(path, "this message would run too many nodes", "make the graph smaller"))
        if len(path) > self._depth:
            raise NodeFailed(Failure(path, f"nodes call each other more than {self._depth} deep"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message that a node must answer.

    `history` is the conversation before the message, `readers` the nodes to which it is passed (a node reads it with
    `history_for`). `overrides` are by node name. `path` leads to the node that runs. `person` and `conversation` are
    opaque ids for fairness and caches; `outputs` is what other nodes said before, by name. `begun` is what stands of
    the answer already: a model goes on from there, and says none of it again. Where `answers` is the id of a tool
    call, the message is that call's result.
    """

    message: str
    answers: str = ""
    history: History = ()
    readers: frozenset[str] = frozenset()
    files: tuple[File, ...] = ()
    overrides: Mapping[str, Overrides] = field(default_factory=dict)
    path: NodePath = ()
    person: str = ""
    conversation: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    begun: str = ""
    budget: Budget = field(default_factory=Budget, compare=False)

    def history_for(self, node: str) -> History:
        """The conversation as `node` may see it: whole, or empty."""
        return self.history if node in self.readers else ()

    def wishes(self, node: str) -> Overrides:
        """What the caller asks of `node` for this turn."""
        return self.overrides.get(node, NOTHING)

    def enter(self, node: str, *, answers: bool = False) -> Turn:
        """The same turn, one node further down the path; `answers` tells that what it says is the turn's answer.

        Raises: `NodeFailed` where it goes on without end.
        """
        path = (*self.path, node)
        self.budget.take(path)
        return replace(self, path=path, begun=self.begun if answers else "")


class Node(Protocol):
    """Answers turns. Raises `NodeFailed` where it cannot; closing the generator cancels the work at once."""

    @property
    def name(self) -> str:
        """The node's name in app.yaml."""

    def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """Answer `turn`, whose path ends with this node's name."""


@dataclass(frozen=True, slots=True)
class Takes:
    """What a node can be given beside the message; documents are read as text."""

    tools: bool = False
    images: bool = False
    documents: bool = True


TEXT_ALONE = Takes()


@runtime_checkable
class TakesMore(Protocol):
    """A node that can be given more than text."""

    async def takes(self) -> Takes:
        """What it can be given, as far as that is known before it is asked."""


async def taken(node: Node) -> Takes:
    """What `node` can be given."""
    return await node.takes() if isinstance(node, TakesMore) else TEXT_ALONE


async def taken_by_any(nodes: Iterable[Node]) -> Takes:
    """The files that at least one of the nodes can be given; a flow's tools are nobody's."""
    found = [await taken(node) for node in nodes]
    return Takes(images=any(one.images for one in found), documents=any(one.documents for one in found))


@dataclass(frozen=True, slots=True)
class Embeddings:
    """A vector for each text, in their order, and the tokens that were read (None: unknown)."""

    vectors: tuple[tuple[float, ...], ...]
    tokens: int | None = None


@runtime_checkable
class Embeds(Protocol):
    """A node whose model makes embeddings."""

    async def embed(self, texts: Sequence[str], dimensions: int | None = None) -> Embeddings:
        """The texts' embeddings, of so many `dimensions` where the model has a choice. Raises: `NodeFailed`."""


@runtime_checkable
class Tokenizes(Protocol):
    """A node whose model's tokens are known here."""

    async def tokenize(self, text: str) -> tuple[int, ...]:
        """The tokens of plain text. Raises: `NodeFailed`."""


class NodeFailed(LazyflowError):
    """A node could not answer; `failure` is what the person is told."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, failure.help)
        self.failure = failure


class ModelSource(Protocol):
    """The local model of a node: it may still be loading, or come back after its process died."""

    @property
    def waiting(self) -> str:
        """Why `use` would wait now, in a few words for the person; empty when it would not."""

    def use(self) -> AbstractAsyncContextManager[LoadedModel]:
        """The model, kept in memory until the context ends.

        Raises: `LazyflowError` where it cannot be found or loaded. A `ModelGone` that leaves the context has the model
        loaded again.
        """
