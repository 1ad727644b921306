"""A node that says what it is told to and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from lazyflow.nodes.contract import Node, NodeFailed, Turn
from lazyflow.nodes.events import Event, Failure, Text


class FakeNode:
    """Streams `pieces` (or what `reply` makes of the turn); then fails or hangs, where told so."""

    def __init__(
        self,
        name: str,
        pieces: Sequence[str | Event] = (),
        *,
        reply: Callable[[Turn], str] | None = None,
        fails: str = "",
        hangs: bool = False,
    ) -> None:
        self.name = name
        self.pieces = pieces
        self.reply = reply
        self.fails = fails
        self.hangs = hangs
        self.turns: list[Turn] = []
        self.running = 0
        self.hanging = asyncio.Event()

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        self.turns.append(turn)
        self.running += 1
        try:
            for piece in [self.reply(turn)] if self.reply else self.pieces:
                await asyncio.sleep(0)
                yield Text(piece) if isinstance(piece, str) else piece
            if self.fails:
                raise NodeFailed(Failure(turn.path, self.fails))
            if self.hangs:
                self.hanging.set()
                await asyncio.Event().wait()
        finally:
            self.running -= 1


async def answer(node: Node, turn: Turn) -> tuple[str, list[Event]]:
    """The text that reaches the person, and everything else."""
    events = [event async for event in node.stream(turn.enter(node.name, answers=True))]
    text = "".join(event.text for event in events if isinstance(event, Text))
    return text, [event for event in events if not isinstance(event, Text)]
