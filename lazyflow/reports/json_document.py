"""The format for programs: schemas/problems.schema.json describes it."""

from __future__ import annotations

import json
from typing import Any

from lazyflow.errors import Problem
from lazyflow.reports.report import Report


def document(report: Report) -> dict[str, Any]:
    """The report as plain data: what `--format json` prints and the server answers."""
    return {
        "version": 1,
        "problems": [plain(problem) for problem in report.problems],
        "summary": {"files": len(report.files), "errors": report.errors, "warnings": report.warnings},
    }


def plain(problem: Problem) -> dict[str, Any]:
    """One problem as plain data."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "end_line": problem.end_line,
        "end_column": problem.end_column,
        "path": list(problem.path),
        "help": problem.help,
    }


def json_text(report: Report) -> str:
    """The document in ASCII, so that any terminal and any locale can carry it."""
    return json.dumps(document(report), indent=2) + "\n"
