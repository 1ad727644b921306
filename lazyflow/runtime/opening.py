"""From a reading and its models to an open app."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from lazyflow.errors import LazyflowError
from lazyflow.graph.graph import Graph
from lazyflow.nodes.build import build_nodes
from lazyflow.nodes.contract import Node
from lazyflow.nodes.registry import Parts
from lazyflow.runtime.app import App
from lazyflow.runtime.claim import Claim
from lazyflow.runtime.contract import Trouble
from lazyflow.runtime.reading import Reading


class Refused(LazyflowError):
    """A new app that cannot take the old one's place, and why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__("the change was not applied")
        self.trouble = trouble


@runtime_checkable
class Opens(Protocol):
    """A node that has something to do before its first turn."""

    async def open(self) -> None:
        """Raises: `LazyflowError`."""


async def open_app(reading: Reading, graph: Graph, claims: Mapping[str, Claim], kept: Mapping[str, Node]) -> App:
    """Build and open every node but those in `kept`, which are open. Raises: `Refused`."""
    parts = Parts(folder=graph.app.folder, models=claims, environment=reading.environment, files=reading.files)
    nodes = build_nodes(graph, parts, kept)
    opening = {name: node for name, node in nodes.items() if name not in kept and isinstance(node, Opens)}
    refuse_for([await failure_in(name, node.open()) for name, node in opening.items()])
    return App(graph, nodes, claims)


async def failure_in(node: str, work: Awaitable[object]) -> str | None:
    """What a banner says where `work` for a node fails."""
    try:
        await work
    except LazyflowError as error:
        return failure_of(node, error)
    return None


def refuse_for(found: Sequence[str | None]) -> None:
    """Raises: `Refused` where anything was found."""
    failures = tuple(failure for failure in found if failure is not None)
    if failures:
        raise Refused(Trouble(failures=failures))


def failure_of(node: str, error: LazyflowError) -> str:
    """What a banner says of a node that cannot be had."""
    named = error.message if f"'{node}'" in error.message else f"node '{node}': {error.message}"
    return f"{named} ({error.help})" if error.help else named
