"""From a reading and its models to an open app."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence

from lazyflow.errors import LazyflowError
from lazyflow.graph.graph import Graph
from lazyflow.nodes.build import build_nodes
from lazyflow.nodes.contract import Node
from lazyflow.nodes.modules import AppModules
from lazyflow.nodes.online.node import OnlineNode
from lazyflow.nodes.python import PythonNode
from lazyflow.nodes.registry import Parts
from lazyflow.runtime.app import App
from lazyflow.runtime.claim import Claim
from lazyflow.runtime.contract import Trouble
from lazyflow.runtime.observers import Observers
from lazyflow.runtime.reading import Reading


class Refused(LazyflowError):
    """A new app that cannot take the old one's place, and why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__("the change was not applied")
        self.trouble = trouble


async def open_app(
    reading: Reading, graph: Graph, claims: Mapping[str, Claim], kept: Mapping[str, Node], observers: Observers
) -> App:
    """Build every node but those in `kept`, import what python nodes call. Raises: `Refused`."""
    folder = graph.app.folder
    parts = Parts(
        folder=folder, models=claims, environment=reading.environment, modules=AppModules(folder, reading.sources)
    )
    nodes = build_nodes(graph, parts, kept)
    opening = {name: node for name, node in nodes.own.items() if name not in kept and isinstance(node, PythonNode)}
    refuse_for([await failure_in(name, node.open()) for name, node in opening.items()])
    return App(graph, nodes.answering, claims, observers)


async def warm_up(app: App) -> None:
    """Import what online nodes need, so that no turn waits for it; what they lack is told by the turn."""
    nodes = [node for node in app.nodes.values() if isinstance(node, OnlineNode)]
    for node in nodes:
        await failure_in(node.name, node.open())


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
