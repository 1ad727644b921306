"""The GitHub Action: its scripts, run as the runner runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
BAD = "version: 1\nnodes:\n  chat:\n    type: local\n    modle: ./m.gguf\n"


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A place as the runner's, with this checkout's lazyflow where the first step installs one."""
    program = tmp_path / "temp/lazyflow/bin/lazyflow"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lazyflow "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "work").mkdir()
    (tmp_path / "work/app.yaml").write_text(BAD, encoding="utf-8")
    return tmp_path


def validate(runner: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    names = {"PATHS": "paths", "ENVIRONMENT": "environment", "SARIF": "sarif-file"}
    given = {name: inputs.get(name, ACTION["inputs"][key]["default"]) for name, key in names.items()}
    return subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[-1]["run"]],
        cwd=runner / "work",
        env={**os.environ, "PYTHONPATH": str(ROOT), "RUNNER_TEMP": str(runner / "temp"), **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_input_is_written_into_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step.get("run", "")
    assert set(re.findall(r"inputs\.([\w-]+)", json.dumps(STEPS))) == set(ACTION["inputs"])


def test_it_installs_the_core_alone() -> None:
    (install,) = [step["run"] for step in STEPS if "pip install" in step.get("run", "")]
    assert '"$ACTION"' in install
    assert "[" not in install


def test_it_annotates_and_fails(runner: Path) -> None:
    ran = validate(runner)
    assert ran.returncode == 1
    assert ran.stdout.startswith("::error file=app.yaml,line=5,col=5,")


def test_it_writes_sarif_where_it_is_asked_to(runner: Path) -> None:
    ran = validate(runner, SARIF="report.sarif")
    assert ran.returncode == 1
    report = json.loads((runner / "work/report.sarif").read_text(encoding="utf-8"))
    assert [result["ruleId"] for result in report["runs"][0]["results"]] == ["LF003"]


def test_paths_are_taken_line_by_line_and_never_as_commands_or_options(runner: Path) -> None:
    (runner / "work/a b.yaml").write_text(BAD, encoding="utf-8")
    ran = validate(runner, PATHS="a b.yaml\n\n$(touch owned)\n; touch owned\n--help\n")
    assert ran.returncode == 3
    assert "file=a b.yaml," in ran.stdout
    assert "error: --help does not exist" in ran.stderr
    assert not (runner / "work/owned").exists()
