"""The Python in the READMEs of the examples runs, and prints what its comments say."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.acceptance.served import ROOT

BLOCKS = [
    pytest.param(block, id=f"{readme.parent.name}-{number}")
    for readme in sorted(ROOT.glob("apps/*/README.md"))
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", readme.read_text("utf-8"), re.DOTALL), 1)
]


def test_the_library_is_shown() -> None:
    assert BLOCKS


@pytest.mark.parametrize("block", BLOCKS)
def test_what_a_readme_shows_prints_what_it_says(block: str) -> None:
    command = [sys.executable, "-c", block]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == re.findall(r"print\(.*\)  # (.*)", block)
