"""Secrets that stand in the file as they are; they belong into the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lazyflow.graph.context import Context
from lazyflow.spec.tree import Mapping, Path, Scalar, Sequence, Tree
from lazyflow.spec.variables import Malformed, Part, Variable, split

HELP = "put it into the environment or .env, and write ${NAME}"
HARMLESS = {"", "none", "EMPTY"}
SECRET_KEYS = re.compile(r"(?i)(?:api[_-]?key|secret|password|passwd|authorization|access[_-]?token|auth[_-]?token)\Z")
KNOWN_SHAPES = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{35}|hf_[A-Za-z0-9]{30,}|gh[pousr]_[A-Za-z0-9]{36,}|xox[abp]-[A-Za-z0-9-]{20,})"
)
URL_PASSWORD = re.compile(r"://[^/\s:@]*:(?P<password>(?:\$\{[^}]*\}|[^/\s@])+)@")


def check_secrets(context: Context) -> None:
    """A problem for each literal secret; its text is not repeated."""
    known = {mark.path: mark for mark in context.marks if mark.kind == "secret"}
    for scalar, path in values(context.tree, ()):
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        in_node = len(path) > 2 and path[0] == "nodes"  # noqa: PLR2004 - nodes, name, field
        if path in known or (in_node and path[2] in {"options", "with"} and SECRET_KEYS.search(key)):
            wrong = not from_environment(scalar.text)
        elif in_node and path[2] in {"store", "api_base", "endpoints"}:
            found = URL_PASSWORD.search(scalar.text)
            wrong = found is not None and not from_environment(found["password"])
        else:
            wrong = KNOWN_SHAPES.search(scalar.text) is not None
        if wrong:
            context.add(scalar.span, "LF038", f"a secret stands in the file, in '{key}'", path, HELP)


def values(tree: Tree, path: Path) -> Iterator[tuple[Scalar, Path]]:
    """Every text of a document, `x-*` included: a key is a key wherever it stands."""
    match tree:
        case Scalar(value=str()):
            yield tree, path
        case Sequence():
            for at, item in enumerate(tree.items):
                yield from values(item, (*path, at))
        case Mapping():
            for name, entry in tree.entries.items():
                yield from values(entry.value, (*path, name))


def from_environment(text: str) -> bool:
    """Whether a text holds nothing but variables, whose defaults are no secrets either."""
    try:
        return all(map(harmless, split(text)))
    except Malformed:
        return True


def harmless(part: Part) -> bool:
    """Whether a part of a text is no secret."""
    if isinstance(part, Variable):
        return part.operator.endswith("?") or all(map(harmless, part.word))
    return part in HARMLESS or part in {"Bearer ", "Basic "}
