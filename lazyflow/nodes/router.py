"""`type: router`: exactly one of its routes runs, chosen by a model or by rules."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from lazyflow.nodes.contract import Node, NodeFailed, Overrides, Takes, Turn, taken_by_any
from lazyflow.nodes.events import Event, Failure, Notice
from lazyflow.nodes.prompting import template_failure, variables
from lazyflow.nodes.steps import step
from lazyflow.spec.nodes import Route
from lazyflow.spec.sampling import Sampling
from lazyflow.templates import Expression, TemplateFailed

QUESTION = """Who should answer the message below? Reply with exactly one of these names and nothing else.
{routes}

Message:
{message}"""
DECIDE = Sampling(temperature=0.0, max_tokens=32)


class RulesRouter:
    """Takes the first route whose rule holds."""

    def __init__(self, name: str, routes: Sequence[Route], targets: Mapping[str, Node], default: str | None) -> None:
        self.name = name
        self.rules = tuple((Expression(route.when), route.to) for route in routes)
        self.targets = targets
        self.default = default

    async def takes(self) -> Takes:
        """See `TakesMore`: the files that any route can be given; a tool call would not find its way back."""
        return await taken_by_any(self.targets.values())

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """The chosen route's answer."""
        async with aclosing(answer(self.targets[self.choose(turn)], turn)) as events:
            async for event in events:
                yield event

    def choose(self, turn: Turn) -> str:
        """The node whose rule holds first, else the default."""
        values = variables(turn, self.name)
        try:
            for rule, to in self.rules:
                if rule.holds(values):
                    return to
        except TemplateFailed as error:
            raise template_failure(error, turn) from error
        return fall_back(self.default, turn)


class ModelRouter:
    """Asks a model, which can only answer with the name of a route."""

    def __init__(
        self, name: str, model: Node, routes: Sequence[Route], targets: Mapping[str, Node], default: str | None
    ) -> None:
        self.name = name
        self.model = model
        self.targets = targets
        self.default = default
        about = {route.to: route.about for route in routes}
        if default is not None:
            about.setdefault(default, "anything else")
        self.choices = tuple(about)
        self.listing = "\n".join(f"- {name}: {text}" if text else f"- {name}" for name, text in about.items())

    async def takes(self) -> Takes:
        """See `TakesMore`: the files that any route can be given; a tool call would not find its way back."""
        return await taken_by_any(self.targets.values())

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """The deciding call as a step, then the chosen route's answer."""
        said: list[str] = []
        async with aclosing(step(self.model, self.question(turn), said)) as events:
            async for event in events:
                yield event
        chosen = named("".join(said), self.choices)
        if chosen is None:
            chosen = fall_back(self.default, turn)
            yield Notice("routed", f"'{self.name}' could not tell who should answer, so '{chosen}' does")
        async with aclosing(answer(self.targets[chosen], turn)) as events:
            async for event in events:
                yield event

    def question(self, turn: Turn) -> Turn:
        """The same turn as a choice between the routes."""
        own = Overrides(sampling=DECIDE, choices=self.choices)
        wishes = {**turn.overrides, self.model.name: own.over(turn.wishes(self.model.name))}
        return replace(
            turn, message=QUESTION.format(routes=self.listing, message=turn.message), files=(), overrides=wishes
        )


def answer(node: Node, turn: Turn) -> AsyncGenerator[Event, None]:
    """The route's own answer to the turn."""
    return node.stream(turn.enter(node.name, answers=True))


def named(said: str, choices: Sequence[str]) -> str | None:
    """The one choice that a model named; None where it named none or several."""
    text = said.strip().strip("\"'`*.").lower()
    for choice in choices:
        if text == choice.lower():
            return choice
    found = [choice for choice in choices if re.search(rf"(?<![\w-]){re.escape(choice)}(?![\w-])", said, re.IGNORECASE)]
    return found[0] if len(found) == 1 else None


def fall_back(default: str | None, turn: Turn) -> str:
    """The default route.

    Raises: `NodeFailed` where there is none.
    """
    if default is None:
        message = f"node '{turn.path[-1]}': no route fits this message"
        raise NodeFailed(Failure(turn.path, message, "give the router a `default`", "invalid"))
    return default
