from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from lazyflow.messages import Message, Role
from lazyflow.nodes.contract import NodeFailed, Turn
from lazyflow.nodes.python import PythonNode
from lazyflow.nodes.target import CallFailed
from lazyflow.spec.nodes import PythonSpec
from tests.nodes.fake_node import answer

CODE = """
import time

def plain(message): return "plain " + message
async def later(message): return "later " + message
def pieces(message):
    yield "a"
    yield message
async def async_pieces(message):
    yield "b"
    yield message
def with_history(message, history, tone="dry"): return f"{len(history)} {history[0]['content']} {tone}"
def everything(message, **rest): return " ".join(sorted(rest))
def raises(message): raise ValueError("bad news")
def gives_up(message): raise SystemExit(3)
def none(message): return None
def gives_bytes(message): yield b"x"
def returns_a_generator(message): return (c for c in message)
def needs(message, key): return key
def no_message(): return ""
def keyword_only(*, message): return ""
def broken_half_way(message):
    yield "half"
    raise KeyError("rest")
class Greeter:
    def __call__(self, message): return "greets " + message
    @staticmethod
    def hello(message): return "hello " + message
greeter = Greeter()
closed = []
def endless(message):
    try:
        while True: yield "x"
    finally: closed.append(True)
def hangs(message): time.sleep(60)
def interrupts(message): raise KeyboardInterrupt
async def never_waits(message):
    while True: yield "x"
constant = 3
"""


def node(folder: Path, name: str, **fixed: Any) -> PythonNode:
    (folder / "bot.py").write_text(CODE)
    return PythonNode(PythonSpec(name="bot", call=f"./bot.py:{name}", arguments=fixed), folder)


async def opened(folder: Path, name: str, **fixed: Any) -> PythonNode:
    made = node(folder, name, **fixed)
    await made.open()
    return made


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plain", "plain hi"),
        ("later", "later hi"),
        ("pieces", "ahi"),
        ("async_pieces", "bhi"),
        ("greeter", "greets hi"),
        ("Greeter.hello", "hello hi"),
        ("returns_a_generator", "hi"),
        ("everything", "files history"),
    ],
)
async def test_any_callable_answers(name: str, said: str, tmp_path: Path) -> None:
    assert (await answer(await opened(tmp_path, name), Turn(message="hi")))[0] == said


async def test_a_callable_gets_what_its_signature_names(tmp_path: Path) -> None:
    turn = Turn(message="x", history=(Message(Role.USER, "first"),), readers=frozenset({"bot"}))
    assert (await answer(await opened(tmp_path, "with_history", tone="warm"), turn))[0] == "1 first warm"


async def test_a_package_is_as_good_as_a_file(tmp_path: Path) -> None:
    made = PythonNode(PythonSpec(name="bot", call="textwrap:dedent"), tmp_path)
    await made.open()
    assert (await answer(made, Turn(message="  hi")))[0] == "hi"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raises", r"raised ValueError: bad news \(bot.py:14\)"),
        ("gives_up", "raised SystemExit: 3"),
        ("interrupts", "raised RuntimeError: KeyboardInterrupt"),
        ("none", "gave nothing where text was expected"),
        ("gives_bytes", "gave bytes where text was expected"),
        ("broken_half_way", "raised KeyError: 'rest'"),
    ],
)
async def test_a_callable_that_misbehaves_is_named_with_what_it_did(name: str, words: str, tmp_path: Path) -> None:
    made = await opened(tmp_path, name)
    with pytest.raises(NodeFailed, match=f"node 'bot': ./bot.py:{name} {words}"):
        await answer(made, Turn(message="hi"))


@pytest.mark.parametrize(
    ("name", "fixed", "words"),
    [
        ("missing", {}, "has no attribute 'missing'"),
        ("constant", {}, "is int, which cannot be called"),
        ("needs", {}, "needs 'key'"),
        ("plain", {"tone": 1}, "has no parameter 'tone'"),
        ("no_message", {}, "takes no message"),
        ("keyword_only", {}, "takes no message"),
    ],
)
async def test_a_call_that_cannot_work_is_refused_when_it_is_opened(
    name: str, fixed: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(CallFailed, match=words):
        await node(tmp_path, name, **fixed).open()


@pytest.mark.parametrize("code", ["def", "raise SystemExit", "import no_such_module_anywhere", "1/0", "\0"])
async def test_a_file_that_cannot_be_imported_is_a_clear_error(code: str, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(code)
    with pytest.raises(CallFailed, match=r"node 'bot': cannot import './broken.py:f'"):
        await PythonNode(PythonSpec(name="bot", call="./broken.py:f"), tmp_path).open()


async def test_a_module_whose_import_hangs_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(CallFailed, match=r"importing './bot.py:f' has taken more than 0.05 seconds"):
        await PythonNode(PythonSpec(name="bot", call="./bot.py:f"), tmp_path).open(seconds=0.05)


async def test_a_saved_change_counts_even_within_the_same_second(tmp_path: Path) -> None:
    for word in ("one", "two"):
        (tmp_path / "bot.py").write_text(f"def f(message): return {word!r}")
        made = PythonNode(PythonSpec(name="bot", call="./bot.py:f"), tmp_path)
        await made.open()
        assert (await answer(made, Turn(message="")))[0] == word


async def test_stopping_closes_a_plain_generator(tmp_path: Path) -> None:
    made = await opened(tmp_path, "endless")
    assert made.target is not None
    events = made.stream(Turn(message="").enter("bot"))
    await anext(events)
    await events.aclose()
    closed = made.target.function.__globals__["closed"]
    for _ in range(100):
        if closed:
            break
        await asyncio.sleep(0.01)
    assert closed == [True]


async def test_a_plain_function_that_hangs_blocks_nobody_and_can_be_stopped(tmp_path: Path) -> None:
    made = await opened(tmp_path, "hangs")
    turn = asyncio.create_task(answer(made, Turn(message="")))
    await asyncio.sleep(0.05)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert {thread.daemon for thread in threading.enumerate() if thread.name == "python node"} == {True}


async def test_an_async_generator_that_never_waits_blocks_nobody_and_can_be_stopped(tmp_path: Path) -> None:
    made = await opened(tmp_path, "never_waits")
    turn = asyncio.create_task(answer(made, Turn(message="")))
    for _ in range(10):
        await asyncio.sleep(0)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn


async def test_a_slow_reader_holds_a_plain_generator_back(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(
        "made = []\ndef f(message):\n    for i in range(1000):\n        made.append(i)\n        yield 'x'\n"
    )
    made = PythonNode(PythonSpec(name="bot", call="./bot.py:f"), tmp_path)
    await made.open()
    assert made.target is not None
    events = made.stream(Turn(message="").enter("bot"))
    await anext(events)
    await asyncio.sleep(0.05)
    assert len(made.target.function.__globals__["made"]) <= 3
    await events.aclose()
