"""Environment variables in a text: compose's `${…}` operators, nested, and `$$` for a dollar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

HEAD = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(:?[-?+]|(?=\}))")
STOP = re.compile(r"\$\$|\$\{|\}")
DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Variable:
    """`${name operator word}`; `operator` is one of compose's six, or nothing. `start` and `end` count characters."""

    name: str
    operator: str
    word: tuple[Part, ...]
    start: int
    end: int


Part = str | Variable


@dataclass(frozen=True, slots=True)
class Missing:
    """A variable that must be set and is not."""

    variable: Variable
    message: str


class Malformed(ValueError):
    """A `${` that is no variable; `start` is where it stands."""

    def __init__(self, message: str, start: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start


def split(text: str) -> tuple[Part, ...]:
    """The text's parts in order. Raises: `Malformed`."""
    parts, _ = scan(text, 0, 0)
    return parts


def scan(text: str, at: int, depth: int) -> tuple[tuple[Part, ...], int]:
    """The parts from `at` to the text's end, or, inside a variable, to the brace that closes it."""
    parts: list[Part] = []
    while found := STOP.search(text, at):
        if found.start() > at:
            parts.append(text[at : found.start()])
        at = found.end()
        match found.group():
            case "$$":
                parts.append("$")
            case "}" if depth:
                return tuple(parts), at
            case "}":
                parts.append("}")
            case _:
                variable = head(text, found.start(), depth + 1)
                parts.append(variable)
                at = variable.end
    if depth:
        raise Malformed("'${' is never closed", at)
    if at < len(text):
        parts.append(text[at:])
    return tuple(parts), len(text)


def head(text: str, start: int, depth: int) -> Variable:
    """The variable that begins at `start`."""
    found = HEAD.match(text, start)
    if found is None:
        close = text.find("}", start)
        shown = text[start : close + 1] if 0 <= close - start <= 40 else text[start : start + 12] + "…"  # noqa: PLR2004 - what fits into a line
        raise Malformed(f"'{shown}' is no variable" if close >= 0 else "'${' is never closed", start)
    if depth > DEEPEST:
        raise Malformed(f"variables are nested more than {DEEPEST} deep", start)
    try:
        word, end = scan(text, found.end(), depth)
    except Malformed as error:
        raise Malformed(error.message, start) from None
    return Variable(found[1], found[2], word, start, end)


def substitute(parts: tuple[Part, ...], environment: Mapping[str, str]) -> tuple[str, tuple[Missing, ...]]:
    """The text with every variable's value, and what is missing for that."""
    texts: list[str] = []
    missing: list[Missing] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        else:
            text, more = value(part, environment)
            texts.append(text)
            missing += more
    return "".join(texts), tuple(missing)


def value(variable: Variable, environment: Mapping[str, str]) -> tuple[str, tuple[Missing, ...]]:
    """One variable's value; an operator with a colon takes an empty variable for an unset one."""
    found = environment.get(variable.name)
    is_set = found is not None and not (variable.operator.startswith(":") and not found)
    match variable.operator[-1:]:
        case "+":
            return substitute(variable.word, environment) if is_set else ("", ())
        case "-" if not is_set:
            return substitute(variable.word, environment)
        case "?" if not is_set:
            message, _ = substitute(variable.word, environment)
            return "", (Missing(variable, message),)
        case _:
            return (found, ()) if found is not None else ("", (Missing(variable, ""),))
