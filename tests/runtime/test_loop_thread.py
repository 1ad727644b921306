from __future__ import annotations

import asyncio
import threading

import pytest

from lazyflow.runtime.loop_thread import LoopThread


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def fail() -> None:
    raise ValueError("no")


def test_it_gives_the_result_of_a_coroutine() -> None:
    with LoopThread() as thread:
        assert thread.run(double(21)) == 42


def test_it_raises_what_the_coroutine_raises() -> None:
    with LoopThread() as thread, pytest.raises(ValueError, match="no"):
        thread.run(fail())


def test_its_thread_ends_with_it() -> None:
    with LoopThread():
        assert "lazyflow-loop" in {thread.name for thread in threading.enumerate()}
    assert "lazyflow-loop" not in {thread.name for thread in threading.enumerate()}
