"""From a graph to its nodes, each over the nodes that it calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lazyflow.graph.graph import Graph
from lazyflow.nodes.contract import Node
from lazyflow.nodes.registry import BUILDERS, Parts


def build_nodes(graph: Graph, parts: Parts, kept: Mapping[str, Node]) -> dict[str, Node]:
    """Every callable node by name, in the graph's order; those in `kept` go on as they are."""
    nodes: dict[str, Node] = {}
    for name in graph.order:
        spec = graph.app.callables[name]
        nodes[name] = kept[name] if name in kept else BUILDERS[spec.type](spec, replace(parts, nodes=nodes))
    return nodes
