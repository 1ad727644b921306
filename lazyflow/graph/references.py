"""References: that each names a node, of the right kind; cycles; what is reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lazyflow.errors import Problem
from lazyflow.spec.complain import MOST_PROBLEMS, Enough
from lazyflow.spec.suggest import MOST_LETTERS, did_you_mean, listed
from lazyflow.spec.tree import Mapping as Map
from lazyflow.spec.tree import Path, Scalar, Span
from lazyflow.spec.walk import Mark
from lazyflow.spec.words import subject

MODELS = {"local", "online"}
MOST_SUGGESTIONS = 50
MOST_CYCLES = 100


@dataclass(frozen=True, slots=True)
class Reference:
    """One node's mention of another."""

    node: str
    name: str
    span: Span
    path: Path

    @property
    def field(self) -> str:
        """The key under which it stands: `fallback`, `steps`, `history`, ..."""
        return str(self.path[2])


@dataclass(frozen=True, slots=True)
class Names:
    """The app's nodes: where each one's name stands, and its type where it is known.

    `callables` are those that can answer, `models` those of type local and online.
    """

    keys: Mapping[str, Span]
    types: Mapping[str, str]
    callables: tuple[str, ...]
    models: tuple[str, ...]


def names_of(tree: Map) -> Names:
    """The names and types in a document, as far as it is one of an app."""
    nodes = tree.entries.get("nodes")
    keys: dict[str, Span] = {}
    types: dict[str, str] = {}
    if nodes is not None and isinstance(nodes.value, Map):
        for name, entry in nodes.value.entries.items():
            keys[name] = entry.key
            kind = entry.value.entries.get("type") if isinstance(entry.value, Map) else None
            if kind is not None and isinstance(kind.value, Scalar):
                types[name] = str(kind.value.value)
    callables = tuple(name for name in keys if types.get(name) != "web")
    return Names(keys, types, callables, tuple(name for name in callables if types.get(name) in MODELS))


def resolve(marks: Iterable[Mark], names: Names, problems: list[Problem]) -> tuple[Reference, ...]:
    """The references that name a node of the right kind; the others are problems at the reference.

    Raises: `Enough`.
    """
    found: list[Reference] = []
    dangling = 0
    for mark in marks:
        if len(problems) >= MOST_PROBLEMS:
            raise Enough
        if mark.kind not in {"nodeName", "modelNodeName"} or not isinstance(mark.tree, Scalar) or mark.tree.unset:
            continue
        name, span = str(mark.tree.value), mark.tree.span
        wanted = names.callables if mark.kind == "nodeName" else names.models
        if name not in names.keys:
            dangling += 1
            known = f"nodes: {', '.join(wanted[:10])}" if wanted else "the app has no such node"
            help_ = known
            if dangling <= MOST_SUGGESTIONS:
                help_ = did_you_mean(name, wanted, known, MOST_LETTERS // dangling)
            problems.append(span.problem("LF030", f"{subject(mark.path)}: there is no node '{name}'", mark.path, help_))
        elif names.types.get(name) == "web":
            problems.append(
                span.problem(
                    "LF031",
                    f"{subject(mark.path)}: '{name}' is a web node, which cannot answer",
                    mark.path,
                    "name a node that answers",
                )
            )
        elif mark.kind == "modelNodeName" and names.types.get(name, "local") not in MODELS:
            help_ = f"name {listed(wanted[:5])}" if wanted else "add a node of type 'local' or 'online'"
            problems.append(
                span.problem(
                    "LF031",
                    f"{subject(mark.path)}: '{name}' is a node of type '{names.types[name]}', not a model",
                    mark.path,
                    help_,
                )
            )
        else:
            found.append(Reference(mark.node, name, span, mark.path))
    return tuple(found)


def calls(references: Iterable[Reference], names: Names) -> dict[str, list[Reference]]:
    """The references along which a message goes on, by the node that calls."""
    edges: dict[str, list[Reference]] = defaultdict(list)
    for reference in references:
        if names.types.get(reference.node) != "web":
            edges[reference.node].append(reference)
    return edges


def cycles(edges: Mapping[str, list[Reference]], problems: list[Problem]) -> None:
    """One problem for each cycle, with its whole path, at the reference that closes it; not more than a hundred."""
    done: set[str] = set()
    most = len(problems) + MOST_CYCLES
    for start in list(edges):
        if start in done:
            continue
        trail: list[Reference] = []
        on_trail = {start: 0}
        stack = [(start, iter(edges.get(start, ())))]
        while stack:
            node, rest = stack[-1]
            reference = next((one for one in rest if one.name not in done), None)
            if reference is None:
                done.add(node)
                on_trail.pop(node)
                stack.pop()
                if trail:
                    trail.pop()
            elif reference.name in on_trail:
                if len(problems) >= most:
                    return
                problems.append(cycle([*trail[on_trail[reference.name] :], reference]))
            else:
                trail.append(reference)
                on_trail[reference.name] = len(trail)
                stack.append((reference.name, iter(edges.get(reference.name, ()))))


def cycle(trail: list[Reference]) -> Problem:
    """The problem of one cycle."""
    last = trail[-1]
    way = [step.node for step in trail] + [last.name]
    shown = " → ".join(way if len(way) <= 12 else [*way[:6], "…", *way[-5:]])  # noqa: PLR2004 - what fits into a line
    if all(step.field == "fallback" for step in trail):
        return last.span.problem(
            "LF033",
            f"the fallbacks go round in a circle: {shown}",
            last.path,
            "end them with a node that has no fallback",
        )
    return last.span.problem(
        "LF032", f"a message would go round in a circle: {shown}", last.path, "remove one of these references"
    )
