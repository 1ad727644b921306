"""The phase that puts the environment in: values only, never keys, and never prompts."""

from __future__ import annotations

from collections.abc import Mapping as Environment
from dataclasses import replace

from lazyflow.errors import Problem
from lazyflow.spec.scalars import resolve
from lazyflow.spec.tree import Entry, Mapping, Path, Reset, Scalar, Sequence, Span, Tree, Unset
from lazyflow.spec.variables import Malformed, Variable, split, substitute

PROMPTS = {"system", "template", "welcome", "examples"}
FIXED = {"type", "by"}
NODE_FIELD = 3


def interpolate(tree: Tree, environment: Environment[str, str], problems: list[Problem], path: Path = ()) -> Tree:
    """The tree with every `${…}` replaced; a value whose variable is not set keeps its text and says so in `unset`."""
    if left_alone(path):
        return tree
    match tree:
        case Scalar(value=str()) if "$" in tree.text:
            return scalar(tree, environment, problems, path)
        case Scalar() | Reset():
            return tree
        case Sequence():
            items = tuple(interpolate(item, environment, problems, (*path, at)) for at, item in enumerate(tree.items))
            return tree if all(map(same, items, tree.items)) else Sequence(items, tree.span)
        case Mapping():
            entries = {
                name: Entry(entry.key, interpolate(entry.value, environment, problems, (*path, name)))
                for name, entry in tree.entries.items()
            }
            changed = any(entry.value is not tree.entries[name].value for name, entry in entries.items())
            return Mapping(entries, tree.span) if changed else tree


def left_alone(path: Path) -> bool:
    """Prompts are the model's, `x-*` is the author's own, and what decides on the fields stands in the file."""
    last = path[-1] if path else ""
    if (
        isinstance(last, str)
        and last.startswith("x-")
        and (len(path) == 1 or (len(path) == NODE_FIELD and path[0] == "nodes"))
    ):
        return True
    return len(path) == NODE_FIELD and path[0] == "nodes" and last in PROMPTS | FIXED


def same(one: Tree, other: Tree) -> bool:
    """Whether nothing was replaced."""
    return one is other


def scalar(tree: Scalar, environment: Environment[str, str], problems: list[Problem], path: Path) -> Scalar:
    """One value; a plain one that is a whole `${…}` gets the type that its text has."""
    try:
        parts = split(tree.text)
    except Malformed as error:
        place = within(tree, error.start, error.start + 2)
        problems.append(
            place.problem(
                "LF020", error.message, path, "write ${NAME} or ${NAME:-default}; '$$' stands for a dollar sign"
            )
        )
        return replace(tree, unset=(Unset("", "", tree.span),))
    text, missing = substitute(parts, environment)
    if missing:
        unset = (Unset(m.variable.name, m.message, within(tree, m.variable.start, m.variable.end)) for m in missing)
        return replace(tree, unset=tuple(unset))
    whole = len(parts) == 1 and isinstance(parts[0], Variable)
    return replace(tree, value=resolve(text) if whole and tree.plain and text else text, substituted=text)


def within(tree: Scalar, start: int, end: int) -> Span:
    """The place of some characters of a value, where it is written in one line as it is; else the whole value's."""
    span = tree.span
    if span.line != span.end_line or span.end_column - span.column not in {len(tree.text), len(tree.text) + 2}:
        return span
    quote = (span.end_column - span.column - len(tree.text)) // 2
    return span._replace(column=span.column + quote + start, end_column=span.column + quote + end)
