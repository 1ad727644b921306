"""The command line inside the test's own process: what it prints and its exit code."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lazyflow.cli.main import run


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def lazyflow(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    code = run(list(arguments))
    captured = capsys.readouterr()
    return Ran(code, captured.out, captured.err)
