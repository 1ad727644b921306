"""How problems speak of values and places."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from lazyflow.spec.scalars import resolve
from lazyflow.spec.tree import Path, Scalar, Span, Tree, shorten

PLAIN = re.compile(r"[A-Za-z./][\w ./-]*(?::[\w]+)?")


def shown(value: Any) -> str:
    """An example as YAML in one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {shown(one)}' for key, one in value.items())}}}"
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else str(value)


def remedy(tree: Tree, wanted: str) -> str:
    """What to do about a value of a wrong type."""
    match tree:
        case Scalar(value=None):
            return "write a value, or remove the key"
        case Scalar(value=str(), plain=False) if typed_text(tree.text, wanted):
            return f"remove the quotes: {tree.text}"
        case Scalar(value=value) if "list" in wanted and "\n" not in tree.text and "text" not in wanted:
            return f"write a list: [{shorten(tree.text)}]"
        case Scalar(value=value) if not isinstance(value, str) and ("text" in wanted or "name" in wanted):
            return f'put it in quotes: "{shorten(tree.text)}"'
        case _:
            return ""


def typed_text(text: str, wanted: str) -> bool:
    """Whether a text in quotes would be of a wanted type without them."""
    value = resolve(text)
    return ("number" in wanted and isinstance(value, int | float)) or ("true" in wanted and isinstance(value, bool))


def first_line(span: Span) -> Span:
    """The beginning of a value of several lines."""
    return span if span.line == span.end_line else span._replace(end_line=span.line, end_column=span.column + 1)


def where(path: Path) -> str:
    """Where a key stands, in words."""
    match path:
        case ():
            return "at the top of the app"
        case ("nodes", node):
            return f"in node '{node}'"
        case ("nodes", node, *rest):
            return f"in '{dotted(rest)}' of node '{node}'"
        case _:
            return f"in '{dotted(path)}'"


def subject(path: Path) -> str:
    """The value at `path`, in words."""
    match path:
        case ():
            return "the app"
        case ("nodes", node):
            return f"node '{node}'"
        case ("nodes", node, *rest):
            return f"'{dotted(rest)}' of node '{node}'"
        case _:
            return f"'{dotted(path)}'"


def dotted(path: Iterable[str | int]) -> str:
    """A path as people write it: `routes[0].to`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
