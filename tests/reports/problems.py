"""Problems to report on."""

from __future__ import annotations

from lazyflow.errors import Problem, Severity
from lazyflow.reports.report import Report, build_report

TEXT = "version: 1\nnodes:\n  chat:\n    type: local\n    modle: ./m.gguf\n"
TYPO = Problem(
    "LF003",
    "unknown key 'modle' in node 'chat'",
    "app.yaml",
    5,
    5,
    5,
    10,
    path=("nodes", "chat", "modle"),
    help="did you mean 'model'?",
)


def problem(
    message: str = "no",
    *,
    file: str = "app.yaml",
    line: int = 1,
    column: int = 1,
    end_line: int | None = None,
    end_column: int | None = None,
    severity: Severity = Severity.ERROR,
    help: str = "",  # noqa: A002 - Problem's word
) -> Problem:
    return Problem(
        "LF002",
        message,
        file,
        line,
        column,
        end_line or line,
        end_column or column + 1,
        severity=severity,
        help=help,
    )


def report(*problems: Problem, text: str = TEXT) -> Report:
    files = ["app.yaml", *(one.file for one in problems)]
    return build_report(files, problems, dict.fromkeys(files, text))
