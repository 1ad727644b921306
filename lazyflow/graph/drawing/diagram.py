"""What a drawing shows, whatever draws it: boxes, and arrows from who calls to who is called."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import assert_never

from lazyflow.graph.graph import Graph
from lazyflow.reports.visible import cells, visible
from lazyflow.spec.nodes import (
    AnyNode,
    LocalSpec,
    OnlineSpec,
    ParallelSpec,
    PipelineSpec,
    PromptSpec,
    PythonSpec,
    RouterSpec,
    WebSpec,
)

LONGEST = 32


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its name, its type and the one detail that tells it from others."""

    name: str
    kind: str
    detail: str

    @property
    def caption(self) -> str:
        """The second line."""
        return f"{self.kind} · {self.detail}" if self.detail else self.kind


@dataclass(frozen=True, slots=True)
class Arrow:
    """A reference from one node to another; `spare` where it is followed only when the first cannot answer."""

    start: str
    end: str
    label: str = ""
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes in the order of the file, with the arrows between them."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def diagram(graph: Graph) -> Diagram:
    """The drawing of a graph; arrows with the same ends are one, with all their labels."""
    nodes = graph.app.nodes
    joined: dict[tuple[str, str, bool], list[str]] = {}
    for name, node in nodes.items():
        for arrow in arrows(name, node):
            labels = joined.setdefault((arrow.start, arrow.end, arrow.spare), [])
            if arrow.label and arrow.label not in labels:
                labels.append(arrow.label)
    return Diagram(
        title=short(graph.app.name),
        boxes=tuple(Box(name, node.type, short(detail(node))) for name, node in nodes.items()),
        arrows=tuple(
            Arrow(start, end, short(", ".join(labels)), spare) for (start, end, spare), labels in joined.items()
        ),
    )


def arrows(name: str, node: AnyNode) -> list[Arrow]:  # noqa: PLR0911 - one for each type of node
    """What a node refers to, in the order of the file."""
    match node:
        case WebSpec():
            return [Arrow(name, node.target)]
        case LocalSpec() | OnlineSpec():
            return [Arrow(name, other, "fallback", spare=True) for other in node.fallback.nodes]
        case PromptSpec():
            return [Arrow(name, node.model)]
        case PipelineSpec():
            return [Arrow(name, step, str(place)) for place, step in enumerate(node.steps, 1)]
        case ParallelSpec():
            return [Arrow(name, other, label) for label, other in node.branches.items()]
        case RouterSpec():
            decides = [Arrow(name, node.model, "decides")] if node.model else []
            default = [Arrow(name, node.default, "default")] if node.default else []
            routes = [Arrow(name, route.to, route.about or route.when) for route in node.routes]
            return [*decides, *routes, *default]
        case PythonSpec():
            return []
        case _:
            assert_never(node)


def detail(node: AnyNode) -> str:
    """What a node is about, in a word or two."""
    match node:
        case WebSpec():
            return node.title or ""
        case LocalSpec():
            return node.model
        case OnlineSpec():
            return "/".join(filter(None, (node.source, node.model)))
        case RouterSpec():
            return f"by {node.by}"
        case PythonSpec():
            return node.call
        case PromptSpec() | PipelineSpec() | ParallelSpec():
            return node.description
        case _:
            assert_never(node)


def short(text: str) -> str:
    """A text as one visible line of at most `LONGEST` cells."""
    line = visible(" ".join(text.split()))
    if cells(line) <= LONGEST:
        return line
    while cells(line) >= LONGEST:
        line = line[: LONGEST - 1] if len(line) > LONGEST else line[:-1]
    return f"{line}…"
