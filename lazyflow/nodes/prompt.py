"""`type: prompt`: one model call from a template."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from lazyflow.nodes.contract import Node, Overrides, Takes, Turn, taken_by_any
from lazyflow.nodes.events import Event
from lazyflow.nodes.prompting import render, variables
from lazyflow.spec.nodes import PromptSpec
from lazyflow.templates import Template


class PromptNode:
    """Renders its template and asks its model.

    The conversation reaches the model as messages where this node or the model reads it, unless the template of a node
    that reads it says `history` itself.
    """

    def __init__(self, spec: PromptSpec, model: Node) -> None:
        self.name = spec.name
        self.model = model
        self.template = Template(spec.template)
        self.places_history = re.search(r"\bhistory\b", spec.template) is not None
        self.own = Overrides(system=spec.system, sampling=spec.sampling)

    async def takes(self) -> Takes:
        """See `TakesMore`: its model's files; the result of a tool is nothing that a template could ask about."""
        return await taken_by_any([self.model])

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """The model's answer to the rendered template."""
        name = self.model.name
        message = render(self.template, variables(turn, self.name), turn)
        readers = turn.readers
        if self.name in turn.readers:
            readers = readers - {name} if self.places_history else readers | {name}
        wishes = turn.wishes(name).over(turn.wishes(self.name).over(self.own))
        inner = replace(
            turn.enter(name, answers=True),
            message=message,
            readers=readers,
            overrides={**turn.overrides, name: wishes},
        )
        async with aclosing(self.model.stream(inner)) as events:
            async for event in events:
                yield event
