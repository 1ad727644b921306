"""What the light commands import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.acceptance.command import ROOT, environment

APP = ROOT / "apps/chatbot/app.yaml"
HEAVY = ("panel", "bokeh", "llama_cpp", "litellm", "fastapi", "uvicorn", "numpy", "huggingface_hub", "asyncio")


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "app.yaml"),
        ("validate", "app.yaml", "--format", "sarif", "--check-files"),
        ("config", "app.yaml"),
        ("graph", "app.yaml", "--format", "svg"),
        ("schema",),
        ("--help",),
    ],
    ids=" ".join,
)
def test_no_heavy_library_is_imported(arguments: tuple[str, ...]) -> None:
    script = (
        "import sys\nfrom lazyflow.cli.main import run\ncode = run(sys.argv[1:])\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)\nsys.exit(code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=APP.parent,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0
    assert ran.stderr == "[]\n"
