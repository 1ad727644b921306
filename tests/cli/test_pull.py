"""`lazyflow pull` as a person runs it: a process of its own against a Hub of the tests' own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.models.fake_hub import FakeHub, fake_hub
from tests.models.ggufs import gguf

BODY = gguf() + b"\7" * 100_000


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with fake_hub() as hub:
        hub.repos["owner/repo"] = {"m-Q4_K_M.gguf": BODY, "m-Q8_0.gguf": gguf()}
        yield hub


def write(folder: Path, *models: str) -> Path:
    nodes = "".join(f"  n{number}: {{ type: local, model: '{model}' }}\n" for number, model in enumerate(models))
    app = folder / "app.yaml"
    app.write_text(f"version: 1\nnodes:\n{nodes}")
    return app


def start(app: Path, hub: FakeHub, **environment: str) -> subprocess.Popen[str]:
    variables = {"HOME": str(app.parent), "HF_ENDPOINT": hub.url, "PATH": os.environ["PATH"], **environment}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "lazyflow", "pull", str(app)],
        env={**variables, "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pull(app: Path, hub: FakeHub, **environment: str) -> tuple[int, str, str]:
    process = start(app, hub, **environment)
    out, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    return process.returncode, out, err


def test_each_model_is_fetched_once_and_its_path_printed(tmp_path: Path, hub: FakeHub) -> None:
    (tmp_path / "x.gguf").write_bytes(gguf())
    app = write(tmp_path, "owner/repo", "./x.gguf", "owner/repo", "owner/repo:Q8_0")
    code, out, err = pull(app, hub)
    assert (code, [Path(line).name for line in out.splitlines()]) == (0, ["m-Q4_K_M.gguf", "x.gguf", "m-Q8_0.gguf"])
    assert all(Path(line).is_file() for line in out.splitlines())
    assert "fetching owner/repo" in err
    code, again, err = pull(app, hub, LAZYFLOW_OFFLINE="1")
    assert (code, again, err) == (0, out, "")


def test_what_cannot_be_had_is_said_and_the_rest_is_fetched(tmp_path: Path, hub: FakeHub) -> None:
    (tmp_path / "page.gguf").write_text("<html>")
    code, out, err = pull(write(tmp_path, "owner/gone", "./page.gguf", "owner/repo"), hub)
    assert code == 1
    assert out.strip().endswith("m-Q4_K_M.gguf")
    assert "error: n0: no model 'owner/gone' was found; tried:" in err
    assert "error: n1: " in err
    assert "web page" in err


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [("version: 1\nnodes: {a: {type: local}}\n", 1, "app.yaml:2:"), (None, 3, "does not exist")],
)
def test_a_file_with_problems_or_none_at_all(
    tmp_path: Path, hub: FakeHub, text: str | None, code: int, words: str
) -> None:
    app = tmp_path / "app.yaml"
    if text is not None:
        app.write_text(text)
    ended, out, err = pull(app, hub)
    assert (ended, out) == (code, "")
    assert words in err


def test_ctrl_c_stops_at_once_and_the_next_pull_goes_on(tmp_path: Path, hub: FakeHub) -> None:
    hub.pause = Event()
    app = write(tmp_path, "owner/repo")
    process = start(app, hub)
    assert hub.asked.wait(20)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=5)
    assert process.returncode == 130
    assert "Traceback" not in err
    hub.pause.set()
    hub.pause = None
    assert pull(app, hub)[0] == 0
