from __future__ import annotations

from lazyflow.errors import Severity
from lazyflow.reports.report import build_report, summary
from tests.reports.problems import TYPO, problem, report


def test_problems_are_sorted_by_file_line_column_and_code() -> None:
    late, early, other = problem(line=10), problem(line=9, column=3), problem(file="a.yaml", line=99)
    assert report(late, early, other).problems == (other, early, late)


def test_a_problem_that_two_apps_share_is_told_once() -> None:
    assert build_report(["a", "b"], [TYPO, TYPO], {}).problems == (TYPO,)


def test_the_summary_counts_errors_warnings_and_files() -> None:
    warning = problem(severity=Severity.WARNING)
    assert summary(report()) == "no problems in 1 file"
    assert summary(report(TYPO)) == "1 error in 1 file"
    assert summary(report(TYPO, warning, problem(file="b.yaml"))) == "2 errors and 1 warning in 2 files"


def test_files_that_only_a_problem_names_come_after_the_checked_ones() -> None:
    found = build_report(["app.yaml"], [problem(file=".env")], {})
    assert found.files == ("app.yaml",)
    assert list(found.by_file) == ["app.yaml", ".env"]
