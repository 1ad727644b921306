"""Fixtures of the runtime's tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.runtime.app_folder import AppFolder


@pytest.fixture
async def folder(tmp_path: Path) -> AsyncGenerator[AppFolder, None]:
    app = AppFolder(tmp_path)
    yield app
    if hasattr(app, "live"):
        app.load.gate.set()
        app.locate.gate.set()
        await app.live.close()
        assert app.load.open == []
