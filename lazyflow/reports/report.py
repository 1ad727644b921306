"""What a check found in all its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lazyflow.errors import Problem, Severity


@dataclass(frozen=True, slots=True)
class Report:
    """The problems of all files, sorted by place. `files` are the apps that were checked, `texts` what was read."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def errors(self) -> int:
        """How many problems keep an app from running."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many do not."""
        return len(self.problems) - self.errors

    @property
    def by_file(self) -> dict[str, list[Problem]]:
        """The problems of each file that was checked, then of every other one that a problem points into."""
        found: dict[str, list[Problem]] = {file: [] for file in self.files}
        for problem in self.problems:
            found.setdefault(problem.file, []).append(problem)
        return found


def build_report(files: Iterable[str], problems: Iterable[Problem], texts: Mapping[str, str]) -> Report:
    """Sort by place, and tell once what several apps share (a broken `.env`, a common override)."""
    ordered = sorted(problems, key=lambda problem: problem.place)
    return Report(tuple(dict.fromkeys(files)), tuple(dict.fromkeys(ordered)), texts)


def summary(report: Report) -> str:
    """One line: how many errors and warnings in how many files."""
    files = counted(len(report.files), "file")
    if not report.problems:
        return f"no problems in {files}"
    parts = [counted(n, word) for n, word in ((report.errors, "error"), (report.warnings, "warning")) if n]
    return f"{' and '.join(parts)} in {files}"


def counted(number: int, word: str) -> str:
    """A number of things: `1 file`, `2 files`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
