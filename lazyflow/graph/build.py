"""From an app to its graph: who calls whom."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from lazyflow.graph.graph import Graph
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import (
    CallableSpec,
    LocalSpec,
    OnlineSpec,
    ParallelSpec,
    PipelineSpec,
    PromptSpec,
    PythonSpec,
    RouterSpec,
)

if sys.version_info >= (3, 11):
    from typing import assert_never
else:
    from typing_extensions import assert_never


def build_graph(app: AppSpec) -> Graph:
    """The graph of an app without cycles; a reference whose variable is not known leads nowhere."""
    known = app.callables
    edges = {name: tuple(one for one in called_by(node) if one in known) for name, node in known.items()}
    return Graph(app=app, edges=edges, order=ordered(edges))


def called_by(node: CallableSpec) -> tuple[str, ...]:
    """The nodes that a node may call, each once, in the order of the file."""
    match node:
        case LocalSpec() | OnlineSpec():
            names: tuple[str | None, ...] = node.fallback.nodes
        case PromptSpec():
            names = (node.model,)
        case PipelineSpec():
            names = node.steps
        case ParallelSpec():
            names = tuple(node.branches.values())
        case RouterSpec():
            names = (node.model, *(route.to for route in node.routes), node.default)
        case PythonSpec():
            names = ()
        case _:
            assert_never(node)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def ordered(edges: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Every node after all that it calls; without recursion, so that a long chain is no danger."""
    done: dict[str, None] = {}
    for start in edges:
        stack = [(start, iter(edges[start]))]
        while stack:
            node, rest = stack[-1]
            following = next((one for one in rest if one not in done and one in edges), None)
            if following is None or len(stack) > len(edges):
                done.setdefault(node)
                stack.pop()
            else:
                stack.append((following, iter(edges[following])))
    return tuple(done)
