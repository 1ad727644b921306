"""The line that a problem points into, and the carets under the place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lazyflow.errors import Problem
from lazyflow.reports.visible import cells, visible

BREAKS = re.compile("\r\n|\r|\n")
CONTEXT = 60
LONGEST = 160
SECRET = re.compile(
    r"""(?:(?:key|token|secret|passw\w*|authorization)["']?[ \t]*[:=][ \t]*["']?)(?P<value>[^\s"',}\]]{6,})"""
    r"""|(?P<bare>\b(?:sk|hf|gsk|xai)[-_][\w-]{8,})""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line as a terminal can show it; the carets begin after `indent` cells and take `width`."""

    line: str
    indent: int
    width: int


def excerpt(problem: Problem, texts: Mapping[str, str]) -> Excerpt | None:
    """The problem's line, or None where it is not there; a span of several lines is marked to its first line's end."""
    line = line_of(texts.get(problem.file, ""), problem.line)
    if line is None or not line.strip():
        return None
    line = masked(line)
    start = min(problem.column - 1, len(line))
    end = min(problem.end_column - 1, len(line)) if problem.end_line == problem.line else len(line.rstrip())
    end = max(end, start)
    before, marked, after = line[:start], line[start:end], line[end:]
    if len(line) > LONGEST:
        before = cut_front(before)
        marked = marked if len(marked) <= LONGEST else marked[:LONGEST] + "…"
        after = after if len(after) <= CONTEXT else after[:CONTEXT] + "…"
    shown = visible(before), visible(marked), visible(after)
    return Excerpt("".join(shown).rstrip(), cells(shown[0]), max(cells(shown[1]), 1))


def marked(problem: Problem, texts: Mapping[str, str]) -> str:
    """The excerpt as two lines with the line's number before them; empty where there is none."""
    found = excerpt(problem, texts)
    if found is None:
        return ""
    number = str(problem.line)
    return f"{number} | {found.line}\n{' ' * len(number)} | {' ' * found.indent}{'^' * found.width}"


def line_of(text: str, number: int) -> str | None:
    """Line `number`, counted from 1 as YAML counts; None where the text is shorter."""
    found = lines(text)
    return found[number - 1] if number <= len(found) else None


@lru_cache(maxsize=4)
def lines(text: str) -> list[str]:
    """The lines of a text: many problems point into the same one."""
    return BREAKS.split(text)


def cut_front(text: str) -> str:
    """The last characters before the place."""
    return text if len(text) <= CONTEXT else "…" + text[-CONTEXT:]


def masked(line: str) -> str:
    """The line with what looks like a key or password starred out, as long as before: reports end up in public logs."""

    def stars(found: re.Match[str]) -> str:
        group = "value" if found["value"] else "bare"
        if found[group].startswith("${"):
            return found[0]
        start, end = found.start(group) - found.start(), found.end(group) - found.start()
        return found[0][:start] + "*" * (end - start) + found[0][end:]

    return SECRET.sub(stars, line)
