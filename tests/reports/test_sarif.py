from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

from jsonschema import Draft4Validator

from lazyflow.errors import Severity
from lazyflow.reports.sarif import Rule, Tool, sarif
from tests.reports.problems import TEXT, TYPO, problem, report

SCHEMA = json.loads((Path(__file__).parent / "schemas/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
TOOL = Tool("0.1.0", {"LF003": Rule("unknown key", "A key that means nothing.", "```yaml\n```")})


def log(*problems: Any, text: str = TEXT) -> Any:
    return json.loads(sarif(report(*problems, text=text), TOOL, PurePosixPath("/checkout")))


def result(*problems: Any, text: str = TEXT) -> Any:
    return log(*problems, text=text)["runs"][0]["results"][0]


def test_it_fits_the_schema_of_the_standard() -> None:
    warning = problem("w\ud800", severity=Severity.WARNING, file="a b/名#?%.yaml", end_line=3)
    for found in (log(), log(TYPO), log(TYPO, warning)):
        Draft4Validator(SCHEMA).validate(found)


def test_a_problem_is_a_result_of_its_rule_at_its_place() -> None:
    found = result(TYPO)
    assert (found["ruleId"], found["level"]) == ("LF003", "error")
    assert found["message"]["text"] == "unknown key 'modle' in node 'chat'\ndid you mean 'model'?"
    place = found["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 5, "startColumn": 5, "endLine": 5, "endColumn": 10}
    assert place["artifactLocation"]["uri"] == "app.yaml"


def test_every_rule_helps() -> None:
    run = log(TYPO)["runs"][0]
    assert run["columnKind"] == "unicodeCodePoints"
    for index, found in enumerate(run["tool"]["driver"]["rules"]):
        assert found["help"]["text"]
        assert found["shortDescription"]["text"]
        assert [one["ruleIndex"] for one in run["results"] if one["ruleId"] == found["id"]] == [index]


def test_addresses_are_relative_to_the_root_and_escaped() -> None:
    def address(file: str) -> str:
        uri = result(problem(file=file))["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert isinstance(uri, str)
        return uri

    assert address("/checkout/apps/app.yaml") == "apps/app.yaml"
    assert address("a b/名#?.yaml") == "a%20b/%E5%90%8D%23%3F.yaml"
    assert address("/elsewhere/app.yaml") == "file:///elsewhere/app.yaml"


def test_a_fingerprint_outlives_lines_put_above_and_tells_twins_apart() -> None:
    def prints(*problems: Any, text: str) -> list[str]:
        found = log(*problems, text=text)["runs"][0]["results"]
        return [one["partialFingerprints"]["primaryLocationLineHash"] for one in found]

    before = prints(problem(line=1), text="bad\n")
    assert prints(problem(line=3), text="# one\n# two\nbad\n") == before
    assert prints(problem(line=1), text="other\n") != before
    twins = prints(problem(line=1), problem("again", line=2), text="bad\nbad\n")
    assert len(set(twins)) == 2
