from __future__ import annotations

import asyncio
import threading
import time
import weakref

import pytest

from lazyflow.nodes.threads import IDLE, Threads


def python_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "python node"}


async def test_one_call_after_another_runs_in_one_thread() -> None:
    threads = Threads()
    assert len({await threads.run(threading.get_ident) for _ in range(20)}) == 1


async def test_a_thread_without_work_ends() -> None:
    threads, before = Threads(), python_threads()
    await threads.run(lambda: None)
    end = time.monotonic() + 20 * IDLE + 2
    while python_threads() - before:
        assert time.monotonic() < end
        await asyncio.sleep(IDLE)
    assert await threads.run(lambda: "again") == "again"


async def test_calls_at_the_same_time_do_not_wait_for_each_other() -> None:
    threads, both = Threads(), threading.Barrier(2)
    await asyncio.wait_for(
        asyncio.gather(threads.run(lambda: both.wait(5)), threads.run(lambda: both.wait(5))), timeout=5
    )


@pytest.mark.parametrize("error", [KeyboardInterrupt(), asyncio.CancelledError(), GeneratorExit(), StopIteration()])
async def test_what_would_end_the_program_or_pass_for_a_stop_is_an_ordinary_error(error: BaseException) -> None:
    def raising() -> None:
        raise error

    with pytest.raises(RuntimeError, match=type(error).__name__):
        await Threads().run(raising)


async def test_a_thread_that_waits_keeps_nothing_of_its_last_call() -> None:
    threads = Threads()
    gone = weakref.ref(await threads.run(threading.Event))
    await asyncio.sleep(IDLE / 5)
    assert gone() is None
