from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lazyflow.cli.transcript import Transcript
from lazyflow.nodes.events import Failure, Notice, Step, Text
from tests.cli.run import lazyflow

APP = """
version: 1
nodes:
  shout: { type: python, call: "./code.py:shout" }
  count: { type: python, call: "./code.py:count", history: true }
  drone: { type: python, call: "./code.py:drone" }
  web: { type: web, target: shout }
"""
CODE = """
import asyncio

def shout(message):
    print("a debugging print")
    if message == "fail":
        raise ValueError("no")
    return message.upper()

def count(message, history):
    return str(len(history))

async def drone(message):
    for _ in range(1000):
        yield "zz"
        await asyncio.sleep(0.01)
"""


class Piped(io.StringIO):
    """Standard input that is no terminal."""


class Typed(io.StringIO):
    """Standard input where a person types."""

    def isatty(self) -> bool:
        return True


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "code.py").write_text(CODE)
    file = tmp_path / "app.yaml"
    file.write_text(APP)
    return str(file)


def test_one_message_is_answered_on_stdout_alone(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = lazyflow(capsys, "chat", path, "hello")
    assert (ran.code, ran.out) == (0, "HELLO\n")
    assert "a debugging print" in ran.err


def test_a_piped_message_is_answered(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Piped("hello\n"))
    assert lazyflow(capsys, "chat", path).out == "HELLO\n"


def test_an_empty_message_is_wrong_usage(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Piped(" \n"))
    assert lazyflow(capsys, "chat", path).code == 2


def test_a_conversation_is_remembered(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed("a\n\nb\nc\n"))
    ran = lazyflow(capsys, "chat", path, "--node", "count")
    assert ran.code == 0
    assert ran.out.replace("> ", "").split() == ["0", "2", "4"]


def test_a_failure_is_told_in_words_with_exit_code_1(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = lazyflow(capsys, "chat", path, "fail")
    assert (ran.code, ran.out) == (1, "")
    assert "error: node 'shout': ./code.py:shout raised ValueError: no" in ran.err
    assert "Traceback" not in ran.err


def test_a_node_that_is_none_is_wrong_usage(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    ran = lazyflow(capsys, "chat", path, "hi", "--node", "nobody")
    assert ran.code == 2
    assert "shout, count, drone" in ran.err


def test_where_several_could_answer_one_must_be_named(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(path).write_text(APP.replace("  web: { type: web, target: shout }\n", ""))
    ran = lazyflow(capsys, "chat", path, "hi")
    assert ran.code == 1
    assert "--node" in ran.err


def test_ctrl_c_stops_the_reply_and_exits_with_130(path: str) -> None:
    command = [sys.executable, "-m", "lazyflow", "chat", path, "hi", "--node", "drone"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        os.read(process.stdout.fileno(), 2)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert time.monotonic() - began < 5
        assert b"Traceback" not in process.stderr.read()


def test_in_a_terminal_what_a_model_says_cannot_drive_it() -> None:
    out, err = Terminal(), io.StringIO()
    transcript = Transcript(out, err)
    transcript.show(Text("a\x1b[2Jb\n\tc"))
    transcript.end()
    assert out.getvalue() == "a\\x1b[2Jb\n\tc\n"


def test_what_goes_on_stands_on_stderr() -> None:
    out, err = io.StringIO(), io.StringIO()
    transcript = Transcript(out, err)
    transcript.show(Notice("queued", "a place\nin the queue"))
    transcript.show(Step(("a", "b"), "began"))
    transcript.show(Step(("a", "b"), "ended", seconds=1.25))
    transcript.show(Failure(("a",), "it broke", "mend it"))
    transcript.show(Failure(("a", "b"), "it broke there"))
    assert err.getvalue().splitlines() == [
        *("a place", "in the queue"),
        "a > b ended after 1.2 s",
        *("error: it broke", "  = help: mend it"),
        *("error: it broke there", "  = path: a > b"),
    ]
    assert out.getvalue() == ""
    assert transcript.failed
