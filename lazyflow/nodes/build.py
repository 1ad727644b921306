"""From a graph to its nodes, each over the nodes that it calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lazyflow.graph.graph import Graph
from lazyflow.nodes.contract import Node
from lazyflow.nodes.fallback import FallbackNode
from lazyflow.nodes.registry import BUILDERS, Parts
from lazyflow.spec.nodes import CallableSpec, Fallback, LocalSpec, OnlineSpec


@dataclass(frozen=True, slots=True)
class Nodes:
    """Every callable node by name: `own` as its type says, `answering` with its fallbacks around it."""

    own: Mapping[str, Node]
    answering: Mapping[str, Node]


def build_nodes(graph: Graph, parts: Parts, kept: Mapping[str, Node]) -> Nodes:
    """In the graph's order; those in `kept` go on as they are."""
    own: dict[str, Node] = {}
    answering: dict[str, Node] = {}
    parts = replace(parts, nodes=answering)
    for name in graph.order:
        spec = graph.app.callables[name]
        node = kept[name] if name in kept else BUILDERS[spec.type](spec, parts)
        own[name] = node
        fallback = _fallback(spec)
        others = [answering[other] for other in fallback.nodes]
        answering[name] = FallbackNode(node, others, fallback) if others else node
    return Nodes(own, answering)


def _fallback(spec: CallableSpec) -> Fallback:
    return spec.fallback if isinstance(spec, LocalSpec | OnlineSpec) else Fallback()
