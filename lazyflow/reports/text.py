"""The format for people: the place, the message, the line with carets, the remedy."""

from __future__ import annotations

from dataclasses import dataclass

from lazyflow.errors import Problem, Severity
from lazyflow.reports.excerpt import excerpt
from lazyflow.reports.report import Report, summary
from lazyflow.reports.visible import visible


@dataclass(frozen=True, slots=True)
class Paint:
    """The escape sequences around parts of the text; empty ones leave it plain."""

    error: str = ""
    warning: str = ""
    place: str = ""
    gutter: str = ""
    help: str = ""
    off: str = ""


PLAIN = Paint()
COLOR = Paint("\x1b[1;31m", "\x1b[1;33m", "\x1b[1m", "\x1b[1;34m", "\x1b[1;36m", "\x1b[0m")


def text(report: Report, *, color: bool = False) -> str:
    """All problems with an empty line between them, then a summary."""
    paint = COLOR if color else PLAIN
    blocks = [problem_text(problem, report, paint) for problem in report.problems]
    return "\n".join((*blocks, f"{summary(report)}\n"))


def problem_text(problem: Problem, report: Report, paint: Paint = PLAIN) -> str:
    """One problem, as lines that each end."""
    tint = paint.error if problem.severity is Severity.ERROR else paint.warning
    place = f"{visible(problem.file)}:{problem.line}:{problem.column}:"
    kind = f"{problem.severity.value}[{problem.code}]"
    lines = [f"{paint.place}{place}{paint.off} {tint}{kind}{paint.off}: {visible(problem.message)}"]
    number = str(problem.line)
    edge = " " * len(number)
    found = excerpt(problem, report.texts)
    if found is not None:
        bar = f"{paint.gutter}{edge} |{paint.off}"
        carets = f"{' ' * found.indent}{tint}{'^' * found.width}{paint.off}"
        lines += [bar, f"{paint.gutter}{number} |{paint.off} {found.line}", f"{bar} {carets}"]
    if problem.help:
        lines.append(f"{edge} {paint.gutter}={paint.off} {paint.help}help:{paint.off} {visible(problem.help)}")
    return "".join(f"{line}\n" for line in lines)
