from __future__ import annotations

import json
import re
from pathlib import Path

from lazyflow.errors import Severity
from lazyflow.reports.text import text
from tests.reports.problems import TYPO, problem, report

MATCHER = Path(__file__).parents[2] / ".github/lazyflow-problem-matcher.json"


def test_it_finds_each_problem_in_what_validate_prints_and_nothing_else() -> None:
    (pattern,) = json.loads(MATCHER.read_text(encoding="utf-8"))["problemMatcher"][0]["pattern"]
    warning = problem("a: b", file="C:\\a b.yaml", line=12, column=34, severity=Severity.WARNING)
    found = [
        {name: match[place] for name, place in pattern.items() if name != "regexp"}
        for line in text(report(TYPO, warning)).splitlines()
        if (match := re.search(pattern["regexp"], line))
    ]
    assert found == [
        {
            "file": "C:\\a b.yaml",
            "line": "12",
            "column": "34",
            "severity": "warning",
            "code": "LF002",
            "message": "a: b",
        },
        {
            "file": "app.yaml",
            "line": "5",
            "column": "5",
            "severity": "error",
            "code": "LF003",
            "message": "unknown key 'modle' in node 'chat'",
        },
    ]
