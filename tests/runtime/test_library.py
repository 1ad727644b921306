from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import lazyflow
from lazyflow.errors import InvalidApp, LazyflowError
from lazyflow.messages import Message, Role
from lazyflow.nodes.events import Text
from lazyflow.runtime.library import AnswerFailed, conversation

APP = """
version: 1
nodes:
  shout: { type: python, call: "./code.py:shout" }
  count: { type: python, call: "./code.py:count", history: true }
  web: { type: web, target: shout }
"""
CODE = """
def shout(message):
    if message == "fail":
        raise ValueError("no")
    return message.upper()

def count(message, history):
    return str(len(history))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "code.py").write_text(CODE)
    file = tmp_path / "app.yaml"
    file.write_text(APP)
    return file


async def test_an_app_streams_its_events(path: Path) -> None:
    async with lazyflow.load(path) as app:
        assert [event async for event in app.stream("hi")] == [Text("HI")]


def test_ask_answers_at_once(path: Path) -> None:
    with lazyflow.load(path) as app:
        assert app.ask("hi") == "HI"
        assert app.ask("x", node="count", history=[{"role": "user", "content": "a"}]) == "1"
    assert not [thread for thread in threading.enumerate() if thread.name == "lazyflow-loop"]


def test_threads_may_ask_side_by_side(path: Path) -> None:
    with lazyflow.load(path) as app, ThreadPoolExecutor(8) as threads:
        assert list(threads.map(app.ask, "abcdefgh")) == list("ABCDEFGH")


def test_a_closed_app_opens_again(path: Path) -> None:
    app = lazyflow.load(path)
    for _ in range(2):
        assert app.ask("hi") == "HI"
        app.close()


def test_ask_raises_what_the_node_failed_with(path: Path) -> None:
    with lazyflow.load(path) as app, pytest.raises(AnswerFailed, match="ValueError"):
        app.ask("fail")


async def test_ask_inside_an_event_loop_says_what_to_use(path: Path) -> None:
    async with lazyflow.load(path) as app:
        with pytest.raises(LazyflowError, match=r"app\.stream"):
            app.ask("hi")


async def test_streaming_from_an_app_that_is_not_open_says_how_to_open_it(path: Path) -> None:
    with pytest.raises(LazyflowError, match="async with"):
        [event async for event in lazyflow.load(path).stream("hi")]


def test_where_several_could_answer_one_must_be_named(path: Path) -> None:
    path.write_text(APP.replace("  web: { type: web, target: shout }\n", ""))
    with lazyflow.load(path) as app, pytest.raises(LazyflowError, match="shout, count"):
        app.ask("hi")


def test_an_invalid_app_is_refused_when_it_is_loaded(path: Path) -> None:
    path.write_text("version: 2\n")
    with pytest.raises(InvalidApp):
        lazyflow.load(path)


def test_a_conversation_is_messages_or_plain_data() -> None:
    message = Message(Role.ASSISTANT, "hello")
    assert conversation([message, {"role": "assistant", "content": "hello"}]) == (message, message)
    with pytest.raises(LazyflowError, match="role"):
        conversation([{"role": "robot", "content": "hello"}])


def test_importing_lazyflow_is_light() -> None:
    code = "import sys, lazyflow; print([name for name in sys.modules if name.split('.')[0] in {'yaml', 'jinja2'}])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
