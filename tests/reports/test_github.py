from __future__ import annotations

import re
from urllib.parse import unquote

from lazyflow.errors import Severity
from lazyflow.reports.github import github
from tests.reports.problems import TYPO, problem, report


def test_a_problem_is_an_annotation_and_the_last_line_a_summary() -> None:
    assert github(report(TYPO)) == (
        "::error file=app.yaml,line=5,col=5,endColumn=10,title=LF003::"
        "unknown key 'modle' in node 'chat'%0Adid you mean 'model'?\n"
        "1 error in 1 file\n"
    )


def test_what_the_runner_reads_as_syntax_is_escaped() -> None:
    line = github(report(problem("50%\r\na:b,c", file="a,b:c%.yaml"))).splitlines()[0]
    assert line.startswith("::error file=a%2Cb%3Ac%25.yaml,line=1,col=1,endColumn=2,title=LF002::")
    assert line.endswith("::50%25%0D%0Aa:b,c")
    found = re.fullmatch(r"::error file=([^,:]*),.*?::(.*)", line)
    assert found is not None
    assert unquote(found[1]) == "a,b:c%.yaml"
    assert unquote(found[2]) == "50%\r\na:b,c"


def test_a_message_cannot_start_another_command() -> None:
    assert len(github(report(problem("x\n::set-output name=a::b\n::stop-commands::t"))).splitlines()) == 2


def test_a_place_of_several_lines_has_no_end_column_because_the_runner_takes_none() -> None:
    line = github(report(problem(line=2, column=3, end_line=4, end_column=9))).splitlines()[0]
    assert "line=2,col=3,title" in line


def test_a_warning_is_a_warning() -> None:
    assert github(report(problem(severity=Severity.WARNING))).startswith("::warning ")
