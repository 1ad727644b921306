"""Whatever stands in a file and wherever a problem points, every format can say it."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from lazyflow.errors import Problem, Severity
from lazyflow.reports.excerpt import excerpt
from lazyflow.reports.github import github
from lazyflow.reports.json_document import json_text
from lazyflow.reports.junit import junit
from lazyflow.reports.report import Report, build_report
from lazyflow.reports.sarif import Tool, sarif
from lazyflow.reports.text import text
from lazyflow.reports.visible import cells

TEXTS = st.text(st.characters(), max_size=200)
PLACES = st.integers(1, 12)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    line, column, wide, more = draw(PLACES), draw(st.integers(1, 300)), draw(st.integers(0, 300)), draw(PLACES)
    severity, several = draw(st.sampled_from(Severity)), draw(st.booleans())
    file, message, help_ = draw(TEXTS) or "x", draw(TEXTS), draw(TEXTS)
    end_line = line + more if several else line
    return Problem("LF002", message, file, line, column, end_line, column + wide, severity=severity, help=help_)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    found = draw(st.lists(problems(), max_size=4))
    return build_report([one.file for one in found], found, {one.file: draw(TEXTS) for one in found})


@given(reports())
def test_every_format_can_say_it(found: Report) -> None:
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text(found)) is None
    assert len(json.loads(json_text(found))["problems"]) == len(found.problems)
    assert len(json.loads(sarif(found, Tool("0", {}), PurePosixPath("/")))["runs"][0]["results"]) == len(found.problems)
    assert len(github(found).split("\n")) == len(found.problems) + 2
    assert len(list(ET.fromstring(junit(found)).iter("testcase"))) == len(found.by_file)  # noqa: S314 - our own text


@given(reports())
def test_the_marks_stand_under_the_line(found: Report) -> None:
    for problem in found.problems:
        shown = excerpt(problem, found.texts)
        if shown is not None:
            assert shown.width >= 1
            assert shown.indent <= cells(shown.line) + 200
            assert cells(shown.line) < 4000
