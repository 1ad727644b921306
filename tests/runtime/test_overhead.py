from __future__ import annotations

import time

import pytest

from lazyflow.nodes.events import Text
from lazyflow.runtime.contract import Ask, RunningApp
from tests.runtime.app_folder import AppFolder

pytestmark = pytest.mark.benchmark

CODE = """
def same(message):
    return message

async def speak(message):
    for _ in range(500):
        yield "word "
"""
PASSING = "".join(f'  p{n}: {{ type: python, call: "./code.py:same" }}\n' for n in range(10))
APP = f"""
version: 1
nodes:
{PASSING}
  last: {{ type: python, call: "./code.py:speak" }}
  line: {{ type: pipeline, steps: [p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, last] }}
"""


async def timed(app: RunningApp, entry: str) -> tuple[float, float]:
    """Seconds to the first token, and seconds a token after it."""
    began = time.perf_counter()
    first, tokens = 0.0, 0
    async for event in app.stream(Ask(message="hi", entry=entry)):
        if isinstance(event, Text):
            first = first or time.perf_counter() - began
            tokens += 1
    return first, (time.perf_counter() - began - first) / tokens


async def test_ten_nodes_before_the_last_cost_next_to_nothing(folder: AppFolder) -> None:
    folder.path.with_name("code.py").write_text(CODE)
    folder.save(APP)
    live = await folder.ready()
    alone, line = [], []
    for _ in range(40):
        alone.append(await timed(live.app, "last"))
        line.append(await timed(live.app, "line"))
    # The quickest rounds: what else the machine does is no cost of the graph.
    first = min(one for one, _ in line) - min(one for one, _ in alone)
    token = min(one for _, one in line) - min(one for _, one in alone)
    assert first < 0.002
    assert token < 50e-6
    print(f"over the last node alone: {first * 1e3:.2f} ms to the first token, {token * 1e6:.2f} µs a token")  # noqa: T201
