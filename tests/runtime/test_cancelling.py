from __future__ import annotations

import asyncio
import gc
import random
import resource
import threading
import time
from pathlib import Path

from lazyflow.runtime.contract import Ask
from lazyflow.runtime.live import Live
from tests.runtime.app_folder import AppFolder, turn_of_the_loop

FLOW = """
version: 1
nodes:
  a: { type: local, model: one }
  b: { type: local, model: two }
  plain: { type: python, call: "./code.py:plain" }
  pieces: { type: python, call: "./code.py:pieces" }
  later: { type: python, call: "./code.py:later" }
  first: { type: prompt, model: a, template: "Say {{ input }}" }
  line: { type: pipeline, steps: [plain, first, later, b] }
  both: { type: parallel, branches: { x: line, y: a, z: pieces }, join: "{{ x }} {{ y }} {{ z }}" }
  judge: { type: router, by: model, model: b, routes: [{ to: both }, { to: line }], default: both }
  route: { type: router, by: rules, routes: [{ to: judge, when: "'o' in input" }], default: line }
  web: { type: web, target: route, history: [a, b] }
"""
CODE = """
import asyncio

def plain(message):
    return message

def pieces(message):
    with open(__file__) as file:
        for line in file:
            yield line

async def later(message):
    for word in message.split():
        await asyncio.sleep(0)
        yield word
"""
TURNS, AT_ONCE = 1000, 20
MORE_MEMORY = 1.05


async def cut_off(live: Live, after: int) -> int:
    """Take part of an answer, then go: by closing the stream, or because the task is cancelled."""
    taken = 0
    with live.lease() as app:
        stream = app.stream(Ask(message="to and fro and to", entry="route"))
        try:
            async for _ in stream:
                taken += 1
                if taken > after:
                    break
        finally:
            await stream.aclose()
    return taken


async def cut_off_many(live: Live, turns: int, dice: random.Random) -> int:
    """How many of the turns had begun to answer."""
    begun = 0
    for _ in range(turns // AT_ONCE):
        tasks = [asyncio.create_task(cut_off(live, dice.randrange(80))) for _ in range(AT_ONCE)]
        await turn_of_the_loop(dice.randrange(60))
        for task in tasks:
            if dice.random() < 0.5:
                await asyncio.sleep(dice.random() / 1000)
                task.cancel()
        begun += sum(
            isinstance(done, int) and done > 0 for done in await asyncio.gather(*tasks, return_exceptions=True)
        )
    return begun


def open_files() -> set[str]:
    return {file.name for file in Path("/dev/fd").iterdir()}


async def no_more_than(threads: set[threading.Thread]) -> None:
    """Threads that wait for more work soon end."""
    end = time.monotonic() + 5
    while set(threading.enumerate()) - threads:
        assert time.monotonic() < end, threading.enumerate()
        await asyncio.sleep(0.02)


async def test_a_thousand_turns_cut_off_at_random_leave_nothing(folder: AppFolder) -> None:
    folder.path.with_name("code.py").write_text(CODE)
    folder.save(FLOW)
    live = await folder.ready()
    dice = random.Random(7)  # noqa: S311 - a test that can be repeated
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    await cut_off_many(live, TURNS // 4, dice)
    await no_more_than(threads)
    gc.collect()
    files, memory = open_files(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert await cut_off_many(live, TURNS, dice) > TURNS / 4
    await no_more_than(threads)
    await turn_of_the_loop()
    gc.collect()
    assert asyncio.all_tasks() <= tasks
    assert open_files() == files
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss <= memory * MORE_MEMORY
    assert [model.running for model in folder.load.models] == [0, 0]
    assert await folder.ask("x", "a") == "one: x"
