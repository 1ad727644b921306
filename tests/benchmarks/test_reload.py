"""Hot reload under load, on the real model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.real_storm import run

pytestmark = pytest.mark.benchmark


def test_a_long_storm_of_edits_loses_nothing_and_leaves_nothing(tmp_path: Path, smollm2: Path) -> None:
    figures = run(tmp_path, smollm2, edits=500, seed=500)
    print(figures.told())  # noqa: T201 - figures are what a benchmark is for
    figures.check()
    assert figures.locked > 0
    assert 0.9 <= figures.growth <= 1.1
    assert figures.blocked <= 0.1
