"""What can go wrong, as values: a `Problem` in a user's file, and the few exceptions that tell a person something."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """How much a problem matters: an error keeps the app from running, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a user's file. Lines and columns are 1-based and count characters; the end is exclusive.

    `path` is where the finding stands in the document (`("nodes", "chat", "modle")`), `help` says what to do.
    """

    code: str
    message: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    severity: Severity = Severity.ERROR
    path: tuple[str | int, ...] = ()
    help: str = ""

    @property
    def place(self) -> tuple[str, int, int, str]:
        """What problems are sorted by: file, line, column, code."""
        return (self.file, self.line, self.column, self.code)


class LazyflowError(Exception):
    """A mistake or mishap that a person can act on: `message` says what happened, `help` what to do."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - the word that the diagnostics use
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        """The message and, on a line of its own, the remedy."""
        return f"{self.message}\n  = help: {self.help}" if self.help else self.message


class InvalidApp(LazyflowError):
    """An app.yaml with errors; `problems` holds all of them, warnings included, sorted by place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        super().__init__(f"{errors} problem{'' if errors == 1 else 's'} in the app's files")
        self.problems = problems


class Unreadable(LazyflowError):
    """A file that the user named and that cannot be read (exit code 3)."""


class MissingExtra(LazyflowError):
    """A heavy library that this app needs is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is not installed", f"run: pip install 'lazyflow[{extra}]'")
        self.library = library
        self.extra = extra


class ModelNotFound(LazyflowError):
    """No file was found for a model's name; the message lists every place that was tried."""


class ModelUnusable(LazyflowError):
    """A model's file was found and cannot be loaded (not a GGUF, cut off, too large for memory, ...)."""
