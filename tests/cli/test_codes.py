"""Every code's examples, as a person meets them: through `lazyflow validate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lazyflow.cli.rules import rules
from lazyflow.spec.codes import CODES, Code
from tests.cli.run import lazyflow


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_validate_tells_the_wrong_example_and_passes_the_right_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: Code
) -> None:
    for side, files in (("wrong", code.wrong), ("right", code.right)):
        folder = tmp_path / side
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        monkeypatch.chdir(folder)
        options = ["--check-files"] if code.code == "LF048" else []
        ran = lazyflow(capsys, "validate", "app.yaml", "--format", "json", *options)
        found = [problem["code"] for problem in json.loads(ran.out)["problems"]]
        assert found == ([code.code] if side == "wrong" else [])
        assert ran.code == (0 if side == "right" or code.warning else 1)


def test_every_code_is_a_rule_with_both_examples() -> None:
    assert list(rules()) == list(CODES)
    assert all("Wrong:" in rule.example and "Right:" in rule.example for rule in rules().values())
