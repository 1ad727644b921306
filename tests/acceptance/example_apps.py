"""Copies of the examples in apps/ that need no key, with answers short enough for a test."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.acceptance.served import ROOT

APPS = ("callable", "chatbot", "translator", "second-opinion", "triage", "two-bots")
LONGEST = 12  # tokens


def copy_of(name: str, folder: Path) -> Path:
    """The app.yaml of a copy whose local models answer in a few tokens, the same each time."""
    copy = Path(shutil.copytree(ROOT / "apps" / name, folder / name))
    app = copy / "app.yaml"
    text = re.sub(r"\n    sampling: .*", "", app.read_text())
    short = rf"\1\n    sampling: {{ temperature: 0, max_tokens: {LONGEST} }}\n    context: 1024"
    app.write_text(re.sub(r"(\n    type: local)", short, text))
    return app
