"""Every code's examples do what the reference says of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lazyflow
from lazyflow.errors import Severity
from lazyflow.graph.load import Source, check
from lazyflow.spec.codes import CODES, Code, Files

# Asked for by an option of `validate`.
ELSEWHERE = {"LF048"}


def problems(files: Files, folder: Path) -> list[tuple[str, Severity]]:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [(problem.code, problem.severity) for problem in check(Source((folder / "app.yaml",))).problems]


@pytest.mark.parametrize(
    "code", [code for code in CODES.values() if code.code not in ELSEWHERE], ids=lambda code: code.code
)
def test_the_wrong_example_has_this_problem_alone(code: Code, tmp_path: Path) -> None:
    severity = Severity.WARNING if code.warning else Severity.ERROR
    assert problems(code.wrong, tmp_path) == [(code.code, severity)]


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_the_right_example_has_no_problem(code: Code, tmp_path: Path) -> None:
    assert problems(code.right, tmp_path) == []


def test_every_code_that_is_used_is_explained() -> None:
    root = Path(lazyflow.__file__).parent
    used = {
        code
        for layer in ("spec", "graph")
        for path in (root / layer).rglob("*.py")
        if path.name != "codes.py"
        for code in re.findall(r'"(LF\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert used == set(CODES) - ELSEWHERE
