"""The shape of a JSON value: keys and types, no texts; and how two shapes differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Shape = dict[str, frozenset[str]]
"""The JSON types that were seen at each path; `[]` stands for any item of a list."""


def shape(values: Iterable[Any]) -> Shape:
    """The shape of all values together."""
    found: dict[str, set[str]] = {}
    for value in values:
        for path, kind in walked(value, ""):
            found.setdefault(path, set()).add(kind)
    return {path: frozenset(kinds) for path, kinds in found.items()}


def walked(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Each place in `value` with its type."""
    match value:
        case dict():
            yield path, "object"
            for key, inner in value.items():
                yield from walked(inner, f"{path}.{key}")
        case list():
            yield path, "array"
            for inner in value:
                yield from walked(inner, f"{path}[]")
        case bool():
            yield path, "boolean"
        case int() | float():
            yield path, "number"
        case None:
            yield path, "null"
        case str():
            yield path, "string"
        case _:
            raise TypeError(type(value))


def differences(ours: Shape, theirs: Shape) -> dict[str, str]:
    """Each path at which the shapes differ, and how; what stands below a path that differs is left out."""
    found: dict[str, str] = {}
    for path in sorted({*ours, *theirs}):
        if any(path.startswith((f"{above}.", f"{above}[")) for above in found):
            continue
        if path not in ours:
            found[path] = f"only theirs: {'|'.join(sorted(theirs[path]))}"
        elif path not in theirs:
            found[path] = f"only ours: {'|'.join(sorted(ours[path]))}"
        elif ours[path] != theirs[path]:
            found[path] = f"ours {'|'.join(sorted(ours[path]))}, theirs {'|'.join(sorted(theirs[path]))}"
    return found
