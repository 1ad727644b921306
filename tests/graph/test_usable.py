from __future__ import annotations

from pathlib import Path

import pytest

from lazyflow.graph.build import build_graph
from lazyflow.graph.usable import usable_webs
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import (
    AnyNode,
    Fallback,
    LocalSpec,
    OnlineSpec,
    ParallelSpec,
    PipelineSpec,
    PromptSpec,
    Route,
    RouterSpec,
    WebSpec,
)

NODES: tuple[AnyNode, ...] = (
    LocalSpec(name="a", model="x.gguf"),
    LocalSpec(name="b", model="y.gguf", fallback=Fallback(nodes=("cloud",))),
    OnlineSpec(name="cloud", source="openai"),
    PromptSpec(name="ask", model="a", template="{{ input }}"),
    PipelineSpec(name="line", steps=("b", "ask")),
    ParallelSpec(name="both", branches={"x": "a", "y": "b"}),
    RouterSpec(name="either", by="rules", routes=(Route(to="a", when="true"),), default="b"),
)


@pytest.mark.parametrize(
    ("target", "failed", "works"),
    [
        ("a", {"a"}, False),
        ("a", set(), True),
        ("a", {"b"}, True),
        ("b", {"b"}, True),
        ("b", {"b", "cloud"}, False),
        ("ask", {"a"}, False),
        ("line", {"b"}, True),
        ("line", {"a"}, False),
        ("both", {"a"}, False),
        ("either", {"a"}, True),
        ("either", {"a", "b", "cloud"}, False),
    ],
)
def test_a_page_works_as_long_as_somebody_can_answer(target: str, failed: set[str], works: bool) -> None:
    nodes = {node.name: node for node in (*NODES, WebSpec(name="web", target=target))}
    graph = build_graph(AppSpec(name="app", nodes=nodes, folder=Path()))
    assert (usable_webs(graph, frozenset(failed)) == ("web",)) is works
