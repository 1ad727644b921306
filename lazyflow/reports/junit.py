"""JUnit's XML, as Jenkins and GitLab read it: one test case a file, failed where the file has errors."""

from __future__ import annotations

from lazyflow.errors import Problem, Severity
from lazyflow.reports.markup import ascii_only, attribute, content
from lazyflow.reports.report import Report, counted
from lazyflow.reports.text import problem_text


def junit(report: Report) -> str:
    """The document in ASCII; characters beyond stand as references."""
    cases = report.by_file.items()
    failures = sum(any(problem.severity is Severity.ERROR for problem in problems) for _, problems in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="lazyflow" {counts}>',
        f'  <testsuite name="lazyflow validate" {counts} skipped="0" time="0">',
        *(test_case(file, problems, report) for file, problems in cases),
        "  </testsuite>",
        "</testsuites>",
    ]
    return ascii_only("".join(f"{line}\n" for line in lines))


def test_case(file: str, problems: list[Problem], report: Report) -> str:
    """One file with what was found in it."""
    head = f'    <testcase classname="lazyflow" name={attribute(file)} file={attribute(file)} time="0"'
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    warnings = [problem for problem in problems if problem.severity is Severity.WARNING]
    parts = []
    if errors:
        message = counted(len(errors), "error") if len(errors) > 1 else errors[0].message
        details = content("\n".join(problem_text(problem, report) for problem in errors))
        parts.append(
            f"      <failure type={attribute(errors[0].code)} message={attribute(message)}>{details}</failure>"
        )
    if warnings:
        details = content("\n".join(problem_text(problem, report) for problem in warnings))
        parts.append(f"      <system-out>{details}</system-out>")
    return "\n".join((f"{head}>", *parts, "    </testcase>")) if parts else f"{head}/>"
