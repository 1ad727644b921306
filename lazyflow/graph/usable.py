"""What still works where some nodes have failed."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import assert_never

from lazyflow.graph.graph import Graph
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


def usable_webs(graph: Graph, failed: frozenset[str]) -> tuple[str, ...]:
    """The web nodes whose target can answer though the nodes `failed` cannot."""
    works: dict[str, bool] = {}
    specs = graph.app.callables
    for name in graph.order:
        works[name] = can_answer(specs[name], works) or (name not in failed and specs[name].type in {"local", "online"})
    return tuple(name for name, web in graph.app.webs.items() if works[web.target])


def can_answer(spec: CallableSpec, works: Mapping[str, bool]) -> bool:
    """Whether a node can answer by what `works` of the nodes it calls; a model node: through its fallback."""
    match spec:
        case LocalSpec() | OnlineSpec():
            return any(works[node] for node in spec.fallback.nodes)
        case PromptSpec():
            return works[spec.model]
        case PipelineSpec():
            return all(works[step] for step in spec.steps)
        case ParallelSpec():
            return all(works[node] for node in spec.branches.values())
        case RouterSpec():
            ends = [*(route.to for route in spec.routes), *([spec.default] if spec.default else [])]
            return any(works[node] for node in ends) and (spec.model is None or works[spec.model])
        case PythonSpec():
            return True
        case _:
            assert_never(spec)
