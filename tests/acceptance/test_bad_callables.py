"""Callables that misbehave under `lazyflow run`: each is told to whoever asked, and everybody else is served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.acceptance.served import Served, served

pytestmark = pytest.mark.slow

APP = """version: 1
nodes:
  raises: { type: python, call: "./code.py:raises" }
  hangs: { type: python, call: "./code.py:hangs" }
  hangs_awake: { type: python, call: "./code.py:hangs_awake" }
  nothing: { type: python, call: "./code.py:nothing" }
  gives_bytes: { type: python, call: "./code.py:gives_bytes" }
  interrupts: { type: python, call: "./code.py:interrupts" }
  prints: { type: python, call: "./code.py:prints" }
  line: { type: pipeline, steps: [prints, raises] }
  loops: { type: parallel, branches: { said: prints }, join: "__LOOPS__" }
  web: { type: web, target: prints, store: memory }
""".replace("__LOOPS__", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")
ECHO = """version: 1
nodes:
  echo: { type: python, call: "./code.py:echo" }
  web: { type: web, target: echo, store: memory }
"""
CODE = """
import subprocess, time

def raises(message):
    raise ValueError("bad news")

def hangs(message):
    time.sleep(600)

async def hangs_awake(message):
    while True:
        yield "x"

def nothing(message):
    return None

def gives_bytes(message):
    yield b"x"

def interrupts(message):
    raise KeyboardInterrupt

def prints(message):
    print("printed")
    subprocess.run(["echo", "child"])
    return "fine"
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("app")
    (folder / "code.py").write_text(CODE)
    (folder / "app.yaml").write_text(APP)
    with served(folder / "app.yaml") as app:
        yield app


def ask(app: Served, node: str, seconds: float = 20) -> tuple[int, str]:
    """Status and the answer, or what the error says."""
    body = {"model": node, "messages": [{"role": "user", "content": "hi"}]}
    reply = httpx.post(f"{app.url}v1/chat/completions", json=body, timeout=seconds)
    data = reply.json()
    return reply.status_code, data["error"]["message"] if "error" in data else data["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ("raises", "node 'raises': ./code.py:raises raised ValueError: bad news (code.py:5)"),
        ("line", "node 'raises': ./code.py:raises raised ValueError: bad news (code.py:5)"),
        ("nothing", "node 'nothing': ./code.py:nothing gave nothing where text was expected"),
        ("gives_bytes", "node 'gives_bytes': ./code.py:gives_bytes gave bytes where text was expected"),
        ("interrupts", "KeyboardInterrupt"),
        ("loops", "node 'loops': the template ran for more than 2 seconds"),
    ],
)
def test_who_asked_hears_what_went_wrong_and_others_are_answered(running: Served, node: str, words: str) -> None:
    status, said = ask(running, node)
    assert status >= httpx.codes.BAD_REQUEST
    assert words in said
    assert ask(running, "prints") == (httpx.codes.OK, "fine")


@pytest.mark.parametrize("node", ["hangs", "hangs_awake"])
def test_one_that_never_ends_holds_up_nobody(running: Served, node: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        ask(running, node, seconds=1)
    assert ask(running, "prints") == (httpx.codes.OK, "fine")


def test_what_is_printed_stands_on_stderr(running: Served) -> None:
    ask(running, "prints")
    running.until(lambda: {"printed\n", "child\n"} <= set(running.stderr))
    assert len(running.stdout) == 1


def test_a_file_that_is_removed_while_it_runs_goes_on_answering(tmp_path: Path) -> None:
    code, app = tmp_path / "code.py", tmp_path / "app.yaml"
    code.write_text("def echo(message): return message + '!'\n")
    app.write_text(ECHO)
    with served(app) as running:
        code.unlink()
        running.until(lambda: "code.py" in "".join(running.stderr))
        assert ask(running, "echo") == (httpx.codes.OK, "hi!")
        code.write_text("def echo(message): return message + '?'\n")
        running.until(lambda: ask(running, "echo") == (httpx.codes.OK, "hi?"))
        assert running.stop() == 0
    assert "Traceback" not in running.told()
