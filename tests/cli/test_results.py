from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.run import lazyflow

APP = """
version: 1
nodes:
  noisy: { type: python, call: "./code.py:noisy" }
  web: { type: web, target: noisy, store: memory }
"""
CODE = """
import os, subprocess, sys
print("print at import")

def noisy(message):
    print("print")
    print("original", file=sys.__stdout__, flush=True)
    os.write(1, b"number\\n")
    subprocess.run(["echo", "child"])
    yield "the "
    yield "answer"
"""


@pytest.fixture
def app(tmp_path: Path) -> str:
    (tmp_path / "code.py").write_text(CODE)
    file = tmp_path / "app.yaml"
    file.write_text(APP)
    return str(file)


def test_whatever_the_authors_code_prints_by_whatever_way_is_no_result(app: str) -> None:
    command = [sys.executable, "-m", "lazyflow", "chat", app, "hi"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "the answer\n")
    assert set(done.stderr.split()) == {"print", "at", "import", "original", "number", "child"}


def test_what_a_module_prints_when_it_is_imported_is_no_result(app: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(app).with_name("code.py").write_text("print('at import')\ndef noisy(message): return 'the answer'\n")
    ran = lazyflow(capsys, "chat", app, "hi")
    assert (ran.out, ran.err) == ("the answer\n", "at import\n")
