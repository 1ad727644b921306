"""What the app's pages reach: history and controls that no message gets to, and nodes that nobody asks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from lazyflow.errors import Problem, Severity
from lazyflow.graph.references import Names, Reference, calls
from lazyflow.spec.complain import MOST_PROBLEMS
from lazyflow.spec.words import subject

Edges = Mapping[str, list[Reference]]


def extend(seen: set[str], start: str, edges: Edges) -> set[str]:
    """Add `start` and every node that a message to it may reach; what is in `seen` is not walked again."""
    waiting = [] if start in seen else [start]
    seen.add(start)
    while waiting:
        for reference in edges.get(waiting.pop(), ()):
            if reference.name not in seen:
                seen.add(reference.name)
                waiting.append(reference.name)
    return seen


def reachability(
    references: tuple[Reference, ...], names: Names, broken: set[str], problems: list[Problem]
) -> set[str]:
    """The nodes that some web node reaches (every node where there is none), after telling what is out of reach.

    `broken` nodes have problems of their own: what they reach is not known.
    """
    edges = calls(references, names)
    by_web: dict[str, list[Reference]] = {name: [] for name in names.keys if names.types.get(name) == "web"}
    for reference in references:
        if reference.node in by_web:
            by_web[reference.node].append(reference)
    reached: set[str] = set()
    uncertain = not by_web
    for own in by_web.values():
        target = next((one for one in own if one.field == "target"), None)
        if target is None:
            uncertain = True
            continue
        extend(reached, target.name, edges)
        named = [reference for reference in own if reference.field in {"history", "controls"}]
        if named and not (seen := extend(set(), target.name, edges)) & broken:
            problems += out_of_reach(target, named, seen)
    if uncertain or reached & broken:
        return set(names.keys)
    problems += unused(names, reached, broken)
    return reached | set(by_web)


def out_of_reach(target: Reference, named: list[Reference], seen: set[str]) -> list[Problem]:
    """Nodes that a web node names and that no message from it gets to."""
    return [
        reference.span.problem(
            "LF034",
            f"{subject(reference.path)}: no message to '{target.name}', the target, ever reaches '{reference.name}'",
            reference.path,
            f"name a node that the target calls: {', '.join(sorted(seen)[:10])}",
        )
        for reference in named
        if reference.name not in seen
    ]


def unused(names: Names, reached: set[str], broken: set[str]) -> list[Problem]:
    """Nodes that no web node reaches."""
    return [
        names.keys[name].problem(
            "LF035",
            f"no web node reaches node '{name}'",
            ("nodes", name),
            "use it, or remove it; 'lazyflow chat --node' can still talk to it",
            Severity.WARNING,
        )
        for name in islice((one for one in names.callables if one not in reached and one not in broken), MOST_PROBLEMS)
    ]
