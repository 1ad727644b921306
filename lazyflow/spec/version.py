"""The language's version: what is written for it, and what to write instead."""

from __future__ import annotations

from lazyflow.errors import Problem
from lazyflow.spec.suggest import closest
from lazyflow.spec.tree import Mapping, Scalar, Span, kind

VERSION = 1


def check_version(tree: Mapping, problems: list[Problem]) -> None:
    """Say exactly what is wrong with `version`; nothing where it is 1, or where its key is misspelt."""
    if "version" not in tree.entries:
        if not any(closest(key, ["version"]) for key in tree.entries):
            first = next((entry.key for entry in tree.entries.values()), tree.span)
            place = Span(first.file, first.line, first.column, first.line, first.column + 1)
            problems.append(
                place.problem(
                    "LF007",
                    "the key 'version' is missing at the top of the app",
                    help="write 'version: 1' as the first line",
                )
            )
        return
    value = tree.entries["version"].value
    span = value.span if isinstance(value, Scalar) else tree.entries["version"].key
    if isinstance(value, Scalar) and type(value.value) is int and value.value == VERSION and value.substituted is None:
        return
    problems.append(
        span.problem(
            "LF007", said(value if isinstance(value, Scalar) else None, kind(value)), ("version",), "write: version: 1"
        )
    )


def said(value: Scalar | None, shown: str) -> str:
    """What was written in place of 1."""
    match value.value if value is not None else None:
        case str() if value is not None and value.text.strip() in {"1", "v1", "1.0"}:
            return f"the version is the number 1, not {shown}"
        case float(number) if number == VERSION:
            return "the version is the whole number 1, not 1.0"
        case bool():
            return f"the version is the number 1, not {shown}"
        case int(number):
            return f"version {number} of app.yaml is not known; this lazyflow knows version 1"
        case _:
            return f"the version must be the number 1, not {shown}"
