"""GitHub's workflow commands: each problem becomes an annotation on its line.

Escaped as the runner's toolkit does it (packages/core/src/command.ts): data `%`, CR, LF; properties `:` and `,` too.
"""

from __future__ import annotations

from lazyflow.errors import Problem
from lazyflow.reports.report import Report, summary


def github(report: Report) -> str:
    """One command a problem, then the summary as a plain line."""
    return "".join(f"{line}\n" for line in (*map(command, report.problems), summary(report)))


def command(problem: Problem) -> str:
    """One annotation. The runner takes no columns for a place of several lines: then the annotation is at its start."""
    properties = {"file": problem.file, "line": str(problem.line), "col": str(problem.column)}
    if problem.end_line == problem.line:
        properties["endColumn"] = str(problem.end_column)
    properties["title"] = problem.code
    words = f"{problem.message}\n{problem.help}" if problem.help else problem.message
    listed = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items())
    return f"::{problem.severity.value} {listed}::{escape_data(words)}"


def escape_data(text: str) -> str:
    """The message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """The value of a command's property."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")
