from __future__ import annotations

import asyncio
import random
import threading

from lazyflow.runtime.contract import Ask, RunningApp
from tests.runtime.app_folder import AppFolder, turn_of_the_loop

FLOW = """
version: 1
nodes:
  a: { type: local, model: one }
  b: { type: local, model: two }
  first: { type: prompt, model: a, template: "Say {{ input }}" }
  line: { type: pipeline, steps: [first, b] }
  both: { type: parallel, branches: { x: line, y: a }, join: "{{ x }} {{ y }}" }
  route: { type: router, by: rules, routes: [{ to: both, when: "'o' in input" }], default: line }
  web: { type: web, target: route, history: [a, b] }
"""
TURNS = 1000


async def cut_off(app: RunningApp, after: int) -> None:
    """Take part of an answer, then go: by closing the stream, or because the task is cancelled."""
    stream = app.stream(Ask(message="to and fro and to", entry="route"))
    async for _ in stream:
        after -= 1
        if after < 0:
            break
    await stream.aclose()


async def test_a_thousand_turns_cut_off_at_random_leave_nothing(folder: AppFolder) -> None:
    folder.save(FLOW)
    live = await folder.ready()
    dice = random.Random(7)  # noqa: S311 - a test that can be repeated
    tasks, threads = asyncio.all_tasks(), threading.active_count()
    for _ in range(TURNS // 20):
        turns = []
        for _ in range(20):
            with live.lease() as app:
                turns.append(asyncio.create_task(cut_off(app, dice.randrange(30))))
        await turn_of_the_loop(dice.randrange(60))
        for turn in turns:
            if dice.random() < 0.5:
                turn.cancel()
        await asyncio.gather(*turns, return_exceptions=True)
    await turn_of_the_loop()
    assert asyncio.all_tasks() == tasks
    assert threading.active_count() == threads
    assert [model.running for model in folder.load.models] == [0, 0]
    assert await folder.ask("x", "a") == "one: x"
