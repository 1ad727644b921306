"""A node that works for another: what it says is shown as a step, not as the answer."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from lazyflow.nodes.contract import Node, Turn
from lazyflow.nodes.events import Event, Step, Text, Thinking


async def step(node: Node, turn: Turn, said: list[str]) -> AsyncGenerator[Event, None]:
    """Run `node` one level below `turn`'s path; its answer goes, piece by piece, into `said` and into steps."""
    inner = turn.enter(node.name)
    began = time.monotonic()
    yield Step(inner.path, "began")
    try:
        async with aclosing(node.stream(inner)) as events:
            async for event in events:
                match event:
                    case Text(text):
                        said.append(text)
                        yield Step(inner.path, "output", text)
                    case Thinking():
                        pass  # a step's thinking is nobody's reading
                    case _:
                        yield event
    except Exception:
        yield Step(inner.path, "failed", seconds=time.monotonic() - began)
        raise
    yield Step(inner.path, "ended", seconds=time.monotonic() - began)
