"""YAML's syntax errors in plain words."""

from __future__ import annotations

import re

import yaml

from lazyflow.errors import Problem
from lazyflow.spec.read import position
from lazyflow.spec.tree import Span

WORDS: tuple[tuple[str, str, str], ...] = (
    ("cannot start any token", "a tab cannot indent YAML", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a ':' stands where no key can be",
        "put a text with ': ' in it into quotes, or mend the indentation",
    ),
    (
        "could not find expected ':'",
        "a ':' is missing after this key",
        "write 'key: value'; mind the indentation of the line before",
    ),
    ("expected <block end>", "this line is indented differently from its neighbours", "align it with the lines above"),
    ("expected ',' or ']'", "a ',' or ']' is missing", "close the list that begins with '['"),
    ("expected ',' or '}'", "a ',' or '}' is missing", "close the map that begins with '{'"),
    ("unexpected end of stream", "the quotes are never closed", "close them"),
    (
        "unknown escape character",
        "an unknown escape stands in double quotes",
        "double the backslash, or use single quotes",
    ),
    ("duplicate anchor", "this anchor is written twice", "rename one"),
)


def explain(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """One problem for a syntax error, where it is."""
    if isinstance(error, yaml.reader.ReaderError):
        place = position(text[: error.position])
        return Span(file, *place, place[0], place[1] + 1).problem(
            "LF001", "this character may not stand in YAML", help="remove it"
        )
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = " ".join(filter(None, (getattr(error, "context", ""), getattr(error, "problem", "")))) or str(error)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = re.split("\r\n|\r|\n", text)
    if line > len(lines):
        line, column = len(lines), len(lines[-1]) + 1
    here = lines[line - 1]
    if "flow" in said and re.search(r"[\[{,:]\s*\$\{", here[:column]):
        at = here.rindex("${", 0, column) + 1
        return Span(file, line, at, line, at + 2).problem(
            "LF002", "inside { } and [ ] a '${…}' needs quotes", help='write "${NAME}"'
        )
    for needle, message, remedy in WORDS:
        if needle in said and (
            needle != "cannot start any token" or here[column - 1 : column] == "\t" or "\t" in here[: column - 1]
        ):
            return Span(file, line, column, line, column + 1).problem("LF002", message, help=remedy)
    if "cannot start any token" in said:
        character = here[column - 1 : column]
        return Span(file, line, column, line, column + 1).problem(
            "LF002", f"a value cannot begin with {character!r}", help="put it in quotes"
        )
    return Span(file, line, column, line, column + 1).problem(
        "LF002", f"this is not YAML: {said}", help="mend the syntax here"
    )
