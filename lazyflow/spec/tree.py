"""A document as a tree in which every key and value knows where a person typed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from lazyflow.errors import Problem, Severity

Path = tuple[str | int, ...]
Plain = str | int | float | bool | None


class Span(NamedTuple):
    """A stretch of a file: 1-based lines and columns in characters, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def problem(
        self,
        code: str,
        message: str,
        path: Path = (),
        help: str = "",  # noqa: A002 - Problem's word
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """A problem at this place."""
        return Problem(code, message, *self, severity=severity, path=path, help=help)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `text` is what was typed, `plain` that it stood without quotes.

    `substituted` is the text after variables were filled in, where there were any. `unset` are the variables that the
    value waits for: while there are any, `value` is not known and holds the text.
    """

    value: Plain
    text: str
    span: Span
    plain: bool = True
    substituted: str | None = None
    unset: tuple[Unset, ...] = ()


class Unset(NamedTuple):
    """A variable that has no value: its name, what the author says about it, and where it is used."""

    name: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of values."""

    items: tuple[Tree, ...]
    span: Span


class Entry(NamedTuple):
    """A key's place and its value."""

    key: Span
    value: Tree


@dataclass(frozen=True, slots=True)
class Mapping:
    """Values by key, in the order of the file."""

    entries: dict[str, Entry]
    span: Span


@dataclass(frozen=True, slots=True)
class Reset:
    """`!reset`: what an earlier file says here is removed."""

    span: Span


Tree = Scalar | Sequence | Mapping | Reset


def plain(tree: Tree) -> Any:
    """The tree's data without places: dicts, lists and scalars."""
    match tree:
        case Scalar():
            return tree.value
        case Sequence():
            return [plain(item) for item in tree.items]
        case Mapping():
            return {name: plain(entry.value) for name, entry in tree.entries.items()}
        case Reset():
            return None


def locate(tree: Tree, path: Path, at: Span) -> Span:
    """Where the value at `path` below `tree` stands, or its key where it has several lines; `at` is the tree's own key.

    What is not there is found at the nearest place that is.
    """
    for part in path:
        match tree:
            case Mapping() if isinstance(part, str) and part in tree.entries:
                at, tree = tree.entries[part]
            case Sequence() if isinstance(part, int) and part < len(tree.items):
                tree = tree.items[part]
                at = tree.span._replace(end_line=tree.span.line, end_column=tree.span.column + 1)
            case _:
                return at
    return tree.span if isinstance(tree, Scalar) else at


def kind(tree: Tree) -> str:
    """What a person calls this value: "a list", "a map", "the number 5", "the text 'x'"."""
    match tree:
        case Sequence():
            return "a list"
        case Mapping():
            return "a map"
        case Reset() | Scalar(value=None):
            return "nothing"
        case Scalar(value=bool()):
            return f"{str(tree.value).lower()}"
        case Scalar(value=str()):
            return f"the text {shorten(tree.value)!r}"
        case Scalar():
            return f"the number {shorten(tree.text)}"


def shorten(value: Any, limit: int = 60) -> str:
    """A value as one line of at most `limit` characters."""
    text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
