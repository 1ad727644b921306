"""Where variables come from: the process, and a `.env` file for what the process does not say."""

from __future__ import annotations

import re

from lazyflow.errors import Problem
from lazyflow.spec.tree import Span

LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
QUOTED = re.compile(r"""(?:'([^']*)'|"((?:[^"\\]|\\.)*)")\s*(?:#.*)?""")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def parse_environment(text: str, file: str) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The variables of a `.env` file and what is wrong with it.

    Values are taken as they are: a `$` in a password hash is a dollar sign.
    """
    variables: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(re.split("\r\n|\r|\n", text), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = LINE.fullmatch(line)
        value = unquote(found[2]) if found else None
        if found is None or value is None:
            column = len(line) - len(line.lstrip()) + 1
            problems.append(
                Span(file, number, column, number, len(line) + 1).problem(
                    "LF022",
                    "this line of the environment file cannot be read",
                    help="write NAME=value, with quotes closed in the same line",
                )
            )
        else:
            variables[found[1]] = value
    return variables, tuple(problems)


def unquote(text: str) -> str | None:
    """A value without its quotes and comment, or None where a quote is not closed."""
    if text[:1] not in {"'", '"'}:
        return re.split(r"(?:^|\s+)#", text, maxsplit=1)[0]
    found = QUOTED.fullmatch(text)
    if found is None:
        return None
    if found[1] is not None:
        return found[1]
    return re.sub(r"\\(.)", lambda escape: ESCAPES.get(escape[1], escape[1]), found[2])
