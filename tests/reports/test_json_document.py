from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from lazyflow.errors import Severity
from lazyflow.reports.json_document import json_text
from tests.reports.problems import TYPO, problem, report

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/problems.schema.json").read_text(encoding="utf-8"))


def test_it_fits_its_schema_which_lets_nothing_else_in() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    checker = Draft202012Validator(SCHEMA)
    for found in (report(), report(TYPO), report(problem("名", severity=Severity.WARNING))):
        checker.validate(json.loads(json_text(found)))
    document = json.loads(json_text(report(TYPO)))
    document["problems"][0]["more"] = 1
    assert not checker.is_valid(document)


def test_a_problem_keeps_all_it_knows() -> None:
    assert json.loads(json_text(report(TYPO))) == {
        "version": 1,
        "problems": [
            {
                "code": "LF003",
                "severity": "error",
                "message": "unknown key 'modle' in node 'chat'",
                "file": "app.yaml",
                "line": 5,
                "column": 5,
                "end_line": 5,
                "end_column": 10,
                "path": ["nodes", "chat", "modle"],
                "help": "did you mean 'model'?",
            }
        ],
        "summary": {"files": 1, "errors": 1, "warnings": 0},
    }


def test_any_terminal_can_carry_it() -> None:
    assert json_text(report(problem("名\ud800🙂"))).isascii()
