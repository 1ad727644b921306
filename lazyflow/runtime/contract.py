"""What page, API and terminal know of a running app: how to ask it, what state it is in, how to hear of changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from lazyflow.engine.contract import ModelInfo, ModelState
from lazyflow.errors import LazyflowError, Problem
from lazyflow.graph.graph import Graph
from lazyflow.messages import File, History
from lazyflow.nodes.contract import Embeddings, Overrides, Takes
from lazyflow.nodes.events import Event
from lazyflow.spec.app import AppSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One message for the app.

    `entry` is the node that answers, `web` the web node through which the message came (None: API or terminal).
    `use_context` off sends the message alone. `person` and `conversation` are opaque ids. `begun` is what stands of the
    answer already, for an entry that `goes_on`. Where `answers` is the id of a tool call, the message is its result.
    """

    message: str
    answers: str = ""
    entry: str
    web: str | None = None
    history: History = ()
    use_context: bool = True
    files: tuple[File, ...] = ()
    overrides: Mapping[str, Overrides] = field(default_factory=dict)
    person: str = ""
    conversation: str = ""
    begun: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """Whether a node can answer. While it loads, `fraction` (0 to 1) and `stage` tell how far it is."""

    state: Literal["loading", "ready", "failed"]
    stage: str = ""
    fraction: float = 0.0
    message: str = ""
    help: str = ""
    model: ModelInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why the page shows a banner: problems in the files, models that failed to load, edits that need a restart.

    `texts` are what the problems point into, by the problem's file.
    """

    problems: tuple[Problem, ...] = ()
    failures: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """What one reload did; `problems` or `failures` are set where the old graph goes on."""

    generation: int
    changed: bool
    kept: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    trouble: Trouble = Trouble()
    seconds: float = 0.0

    @property
    def outcome(self) -> Literal["applied", "unchanged", "refused"]:
        """What became of it, in one word."""
        if self.trouble.problems or self.trouble.failures:
            return "refused"
        return "applied" if self.changed else "unchanged"


class Stopping(LazyflowError):
    """The app is about to end: running replies may finish, and no new one begins."""

    def __init__(self) -> None:
        super().__init__("the app is being stopped", "send the message again in a moment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A turn, as observers are told of it: the node that answers, in the app it began with. Never what was said."""

    node: str
    spec: AppSpec
    conversation: str = ""


Outcome = Literal["answered", "failed", "cancelled"]


class Hearing(Protocol):
    """Hears one turn, from its first event to its end. What it does is quick."""

    def event(self, event: Event) -> None:
        """One event, before it is passed on."""

    def end(self, outcome: Outcome) -> None:
        """The turn is over; called once."""


class Observer(Protocol):
    """Hears of every turn and every reload, to count and trace them: a view that nobody waits for."""

    def turn(self, asked: Asked) -> Hearing:
        """A turn begins."""

    def reloaded(self, done: Reloaded) -> None:
        """A reload has ended."""


class RunningApp(Protocol):
    """One generation of the graph, open and able to answer."""

    @property
    def spec(self) -> AppSpec:
        """What the files said."""

    @property
    def graph(self) -> Graph:
        """The nodes and their references."""

    def stream(self, ask: Ask) -> AsyncGenerator[Event, None]:
        """Answer; never raises `NodeFailed`: a turn that fails ends with a `Failure`. Closing it cancels the turn."""

    async def aside(self, ask: Ask, enough: Callable[[str], bool]) -> str:
        """The beginning of an answer that nobody waits for, until `enough` holds of it; empty where there is none.

        It never delays a turn: it is made while no turn uses this machine's models, and given up when one begins.
        """

    async def embed(self, node: str, texts: Sequence[str], dimensions: int | None = None) -> Embeddings:
        """The embeddings that a node's model makes. Raises: `NodeFailed`, also where the node has none."""

    async def tokenize(self, node: str, text: str) -> tuple[int, ...]:
        """The tokens of a text for a node's model. Raises: `NodeFailed`, also where they are not known here."""

    async def takes(self, node: str) -> Takes:
        """What a node can be given beside text."""

    def status(self) -> Mapping[str, NodeStatus]:
        """The state of every callable node, by name."""

    async def busy(self) -> Mapping[str, ModelState]:
        """How busy each model is, by the first node that uses it; those that do not tell soon are left out."""


class LiveApp(Protocol):
    """The current generation, and how it is swapped."""

    @property
    def app(self) -> RunningApp:
        """The current generation."""

    @property
    def generation(self) -> int:
        """Counts from 1."""

    @property
    def trouble(self) -> Trouble:
        """What every open page should show now."""

    @property
    def coming(self) -> Mapping[str, NodeStatus]:
        """How far the models are that a reload fetches or loads, by node, while the old graph answers."""

    @property
    def stopping(self) -> bool:
        """Whether no new turn begins, because the app is about to end."""

    def lease(self) -> AbstractContextManager[RunningApp]:
        """The current generation, kept open until the context ends: one lease a turn. Raises: `Stopping`."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` on the event loop after each change of generation, trouble or status; returns its end."""

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Tell `observer` of every turn that begins from now on, and of every reload; returns its end."""

    async def reload(self) -> Reloaded:
        """Read the files again now, and swap if they are good."""
