"""`lazyflow` as a process of its own, as a shell starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BAD = "version: 1\nnodes:\n  chat:\n    type: local\n    modle: ./m.gguf\n"
GOOD = BAD.replace("modle", "model")


def lazyflow(*arguments: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; output is text in UTF-8 unless `options` say otherwise."""
    given = {"capture_output": True, "encoding": "utf-8", "timeout": 60, "env": environment(), **options}
    return subprocess.run([sys.executable, "-m", "lazyflow", *arguments], cwd=cwd, check=False, **given)


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what changes colours, with the tests' own lazyflow on the path."""
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "TERM"}}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", **more}
