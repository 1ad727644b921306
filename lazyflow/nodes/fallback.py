"""A model node with others that answer where it cannot, as long as nothing was shown to the person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from time import monotonic

from lazyflow.nodes.contract import Node, NodeFailed, Takes, Turn, taken
from lazyflow.nodes.events import Event, Failure, FailureReason, Notice, Step, Text, Thinking, ToolCallDelta
from lazyflow.spec.nodes import Fallback, FallbackReason

REASONS: Mapping[FailureReason, FallbackReason] = {
    "load_failed": "load_failed",
    "error": "error",
    "invalid": "error",
    "timeout": "timeout",
    "rate_limit": "rate_limit",
    "busy": "rate_limit",
    "context_window": "context_window",
}
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0  # seconds between the retries of one node


class FallbackNode:
    """Asks `node`, then each of `others`. A node that failed rests for the cooldown, unless all of them do.

    The others get what the caller asked of `node`, the conversation included.
    """

    def __init__(
        self,
        node: Node,
        others: Sequence[Node],
        spec: Fallback,
        *,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = node.name
        self._nodes = (node, *others)
        self._spec = spec
        self._clock = clock
        self._sleep = sleep
        self._rests: dict[str, float] = {}

    @property
    def first(self) -> Node:
        """The node itself, without the others: what they offer beside answers does not compare with its own."""
        return self._nodes[0]

    async def takes(self) -> Takes:
        """See `TakesMore`: what the node itself can be given; of the others those are asked that can take tools too."""
        return await taken(self.first)

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """The events of the first node that answers. Raises: `NodeFailed` with what each of them said."""
        failures: list[Failure] = []
        waiting = self._awake(await self._able(turn))
        if waiting[0].name != self.name:
            yield Notice("fallback", f"{self.name} rests after a failure; {waiting[0].name} answers instead")
        for number, node in enumerate(waiting):
            async with aclosing(self._tried(node, turn, failures)) as events:
                async for event in events:
                    yield event
            if len(failures) <= number:
                return
            if number + 1 < len(waiting):
                yield Notice("fallback", f"{failures[-1].message}; {waiting[number + 1].name} answers instead")
        raise NodeFailed(_all(failures))

    async def _able(self, turn: Turn) -> list[Node]:
        """The nodes that can answer this turn: not every one can call the caller's tools."""
        if turn.wishes(self.name).tools is None and not turn.answers:
            return list(self._nodes)
        return [node for node in self._nodes if node is self.first or (await taken(node)).tools]

    def _awake(self, nodes: list[Node]) -> list[Node]:
        now = self._clock()
        return [node for node in nodes if self._rests.get(node.name, now) <= now] or nodes

    async def _tried(self, node: Node, turn: Turn, failures: list[Failure]) -> AsyncGenerator[Event, None]:
        """One node, tried again where that is asked for; why it failed goes to `failures`."""
        asked = turn if node.name == self.name else self._passed_on(turn, node.name)
        for attempt in count():
            shown = False
            failure: Failure | None = None
            try:
                async with aclosing(node.stream(asked)) as events:
                    async for event in events:
                        shown = shown or isinstance(event, Text | Thinking | ToolCallDelta) or _told(event)
                        yield event
            except NodeFailed as error:
                if shown or REASONS[error.failure.reason] not in self._spec.when:
                    raise
                failure = error.failure
            if failure is None:
                self._rests.pop(node.name, None)
                return
            if attempt >= self._spec.retries:
                self._rest(node)
                failures.append(failure)
                return
            await self._sleep(min(LONGEST_WAIT, failure.retry_after or FIRST_WAIT * 2.0**attempt))

    def _rest(self, node: Node) -> None:
        if self._spec.cooldown:
            self._rests[node.name] = self._clock() + self._spec.cooldown

    def _passed_on(self, turn: Turn, other: str) -> Turn:
        wishes = turn.wishes(other).over(
            replace(turn.wishes(self.name), logit_bias={})
        )  # token ids are one model's own
        readers = turn.readers | {other} if self.name in turn.readers else turn.readers
        return replace(turn.enter(other, answers=True), overrides={**turn.overrides, other: wishes}, readers=readers)


def _told(event: Event) -> bool:
    return isinstance(event, Step) and bool(event.output)


def _all(failures: Sequence[Failure]) -> Failure:
    first, *rest = failures
    if not rest:
        return first
    return replace(first, message="; ".join([first.message, *(f"then {failure.message}" for failure in rest)]))
