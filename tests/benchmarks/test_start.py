"""From the start of the process to the first page."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.acceptance.served import ROOT, environment, served

pytestmark = pytest.mark.benchmark
ROUNDS = 5


def first_page() -> float:
    began = time.perf_counter()
    with served(ROOT / "apps" / "chatbot" / "app.yaml", "--no-watch") as app:
        httpx.get(app.url).raise_for_status()
        return time.perf_counter() - began


def import_panel() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import panel"], check=True, env=environment(), cwd=Path.home())
    return time.perf_counter() - began


def test_the_first_page_comes_within_twice_the_time_that_panel_takes_to_import() -> None:
    first_page()
    rounds = [(first_page(), import_panel()) for _ in range(ROUNDS)]
    ratio = statistics.median(page / panel for page, panel in rounds)
    print(f"first page / import panel: {ratio:.2f}", rounds)  # noqa: T201 - figures are what a benchmark is for
    assert ratio <= 2.0
