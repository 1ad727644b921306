from __future__ import annotations

from xml.etree import ElementTree as ET

from lazyflow.errors import Severity
from lazyflow.reports.junit import junit
from lazyflow.reports.report import build_report
from tests.reports.problems import TYPO, problem, report


def test_each_file_is_one_test_case() -> None:
    found = build_report(["app.yaml", "fine.yaml"], [TYPO, problem(file=".env")], {})
    suite = ET.fromstring(junit(found))[0]  # noqa: S314 - our own text
    assert [case.get("name") for case in suite] == ["app.yaml", "fine.yaml", ".env"]
    assert [len(case) for case in suite] == [1, 0, 1]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")


def test_a_failure_says_everything_about_its_errors() -> None:
    found = report(TYPO, problem("a second one"))
    failure = ET.fromstring(junit(found)).find(".//failure")  # noqa: S314 - our own text
    assert failure is not None
    assert failure.get("message") == "2 errors"
    assert "did you mean 'model'?" in (failure.text or "")
    assert "a second one" in (failure.text or "")


def test_a_warning_is_told_and_fails_nothing() -> None:
    case = ET.fromstring(junit(report(problem("careful", severity=Severity.WARNING))))[0][0]  # noqa: S314 - our own text
    assert [part.tag for part in case] == ["system-out"]
    assert "careful" in (case[0].text or "")


def test_any_character_gives_well_formed_xml() -> None:
    every = "".join(map(chr, range(0x300))) + "\ufffe\uffff\ud800]]>&<\"'名🙂"
    tree = ET.fromstring(junit(report(problem(every, file="a<&\"'\x00é.yaml"), text=every)))  # noqa: S314 - our own text
    failure = tree.find(".//failure")
    assert failure is not None
    assert "]]>&<\"'名🙂" in failure.get("message", "")
