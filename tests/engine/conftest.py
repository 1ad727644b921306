from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from lazyflow.engine.contract import LoadedModel
from tests.engine.real import load


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[False, True], ids=["thread", "process"])
async def model(smollm2: Path, request: pytest.FixtureRequest) -> AsyncGenerator[LoadedModel, None]:
    """The real model, once in a thread and once in a process of its own."""
    loaded = await load(smollm2, isolate=request.param)
    yield loaded
    await loaded.close()
