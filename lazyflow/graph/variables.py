"""Variables that are not set: each told once, all at once."""

from __future__ import annotations

from collections.abc import Iterator

from lazyflow.errors import Problem, Severity
from lazyflow.spec.suggest import listed
from lazyflow.spec.tree import Mapping, Path, Scalar, Sequence, Tree, Unset


def check_variables(tree: Tree, reached: set[str], problems: list[Problem]) -> None:
    """A problem for each variable that is not set, at its first use; a warning where no page reaches that use."""
    uses: dict[tuple[str, bool], list[tuple[Unset, Path]]] = {}
    for unset, path in waiting(tree, ()):
        needed = path[:1] != ("nodes",) or len(path) == 1 or path[1] in reached
        uses.setdefault((unset.name, needed), []).append((unset, path))
    for (name, needed), places in uses.items():
        if not name or (not needed and (name, True) in uses):
            continue
        unset, path = places[0]
        message = f"the variable {name} is not set" + (f": {unset.message}" if unset.message else "")
        others = dict.fromkeys(str(place.span.line) for place, _ in places[1:] if place.span.line != unset.span.line)
        message += f" (needed in line {listed(others)} too)".replace("'", "") if others else ""
        problems.append(
            unset.span.problem(
                "LF021",
                message,
                path,
                f"set it in the environment or in .env, or give a default: ${{{name}:-…}}",
                Severity.ERROR if needed else Severity.WARNING,
            )
        )


def waiting(tree: Tree, path: Path) -> Iterator[tuple[Unset, Path]]:
    """Every variable that a value waits for."""
    match tree:
        case Scalar():
            for unset in tree.unset:
                yield unset, path
        case Sequence():
            for at, item in enumerate(tree.items):
                yield from waiting(item, (*path, at))
        case Mapping():
            for name, entry in tree.entries.items():
                yield from waiting(entry.value, (*path, name))
