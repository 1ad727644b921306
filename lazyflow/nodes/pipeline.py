"""`type: pipeline`: the output of each step is the input of the next; the last one streams to the person."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from lazyflow.nodes.contract import Node, Takes, Turn, taken_by_any
from lazyflow.nodes.events import Event
from lazyflow.nodes.steps import step


class PipelineNode:
    """Runs its steps one after another."""

    def __init__(self, name: str, steps: Sequence[Node]) -> None:
        self.name = name
        self.before, self.last = tuple(steps[:-1]), steps[-1]

    async def takes(self) -> Takes:
        """See `TakesMore`: the first step gets the files."""
        return await taken_by_any((*self.before, self.last)[:1])

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """Each step's answer is the next one's message; later templates see all of them as outputs."""
        for node in self.before:
            said: list[str] = []
            async with aclosing(step(node, turn, said)) as events:
                async for event in events:
                    yield event
            output = "".join(said)
            turn = replace(turn, message=output, files=(), outputs={**turn.outputs, node.name: output})
        async with aclosing(self.last.stream(turn.enter(self.last.name, answers=True))) as events:
            async for event in events:
                yield event
