"""`type: parallel`: all branches at once, joined by a template over what they said."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from lazyflow.nodes.contract import Node, Takes, Turn, taken_by_any
from lazyflow.nodes.events import Event, Text
from lazyflow.nodes.merging import merge
from lazyflow.nodes.prompting import render, variables
from lazyflow.nodes.steps import step
from lazyflow.templates import Template


class ParallelNode:
    """Runs its branches side by side; the first one that fails ends the others."""

    def __init__(self, name: str, branches: Mapping[str, Node], join: str | None) -> None:
        self.name = name
        self.branches = dict(branches)
        self.join = Template(join) if join is not None else None

    async def takes(self) -> Takes:
        """See `TakesMore`: what any branch does."""
        return await taken_by_any(self.branches.values())

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """The branches' steps as they come, then the joined text."""
        said: dict[str, list[str]] = {branch: [] for branch in self.branches}
        steps = [step(node, turn, said[branch]) for branch, node in self.branches.items()]
        async with aclosing(merge(steps)) as events:
            async for _, event in events:
                yield event
        outputs = {branch: "".join(pieces) for branch, pieces in said.items()}
        yield Text(self.joined(turn, outputs))

    def joined(self, turn: Turn, outputs: Mapping[str, str]) -> str:
        """The join template's text; without one, every output under its branch's name."""
        if self.join is None:
            return "\n\n".join(f"**{branch}**\n\n{text}" for branch, text in outputs.items())
        own = {branch.replace("-", "_"): text for branch, text in outputs.items()}
        values = variables(turn, self.name)
        return render(self.join, {**values, **own, "outputs": {**turn.outputs, **outputs}}, turn)
