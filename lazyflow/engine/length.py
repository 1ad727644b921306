"""How a conversation is made to fit its context: whole turns go, the oldest first; system prompt and last turn stay."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from lazyflow.engine.contract import ContextOverflow, InvalidRequest
from lazyflow.engine.prompt import Prompt
from lazyflow.messages import Message, Role

DEFAULT_ANSWER = 512
"""Tokens kept for the answer where `max_tokens` says nothing."""
LEAST_ANSWER = 16
"""Tokens that must be free for an answer where nothing more can be left out."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The prompt that fits, and how many messages were left out of it."""

    prompt: Prompt
    dropped: int


def reserve(context: int, max_tokens: int | None) -> int:
    """Tokens kept free for the answer: what was asked for, at most a quarter of the context."""
    return max(min(max_tokens or DEFAULT_ANSWER, context // 4), 1)


def turns(messages: Sequence[Message]) -> tuple[int, list[int]]:
    """How many system messages lead, and where each turn begins: at a question, with all answers that follow it."""
    head = next((at for at, one in enumerate(messages) if one.role is not Role.SYSTEM), len(messages))
    starts = [at for at in range(head, len(messages)) if at == head or messages[at].role is Role.USER]
    return head, starts


def cuts(sizes: Sequence[int], block: int) -> list[int]:
    """How many turns to drop at a time: from the conversation's start in blocks, never the last turn.

    The places depend on the start alone, so a growing conversation keeps its cut, and its cached prefix, for a while.
    """
    total = list(accumulate(sizes))
    return [turn + 1 for turn in range(len(sizes) - 1) if total[turn] // block > (total[turn] - sizes[turn]) // block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Tokens: `context` holds prompt and answer, `answer` stay free. No token has more than `longest` bytes."""

    context: int
    answer: int
    longest: int


def fit(
    compose: Callable[[Sequence[Message]], Prompt], messages: Sequence[Message], room: Room, *, drop: bool
) -> Fitted:
    """The prompt of as many of the last turns as leave room for the answer, all of them if they do.

    Raises: `ContextOverflow`, `InvalidRequest`.
    """
    head, starts = turns(messages)
    if not starts:
        raise InvalidRequest("there is no message to answer", "send a message of the user")
    candidates = _Candidates(compose, messages, starts, room)
    last = len(starts) - 1
    dropped = 0
    if drop and not candidates.fits(0):
        sizes = [
            sum(len(one.text) // 4 + 8 for one in messages[start:end])
            for start, end in zip(starts, [*starts[1:], len(messages)], strict=True)
        ]
        places = [0, *cuts(sizes, max(room.context // 4, 1))]
        at = bisect_left(places, x=True, key=candidates.fits)
        if at < len(places) and places[at] < last:
            dropped = places[at]
        else:
            first = places[min(at, len(places)) - 1] + 1
            dropped = min(first + bisect_left(range(first, last), x=True, key=candidates.fits), last)
    prompt = candidates.prompt(dropped)
    if prompt is None or len(prompt.tokens) + min(room.answer, LEAST_ANSWER) > room.context:
        size = f"{len(prompt.tokens)} tokens" if prompt else "far more tokens than that"
        raise ContextOverflow(
            f"the conversation takes {size}, and the model's context holds {room.context}",
            "send less, raise the node's context, or let overflow: drop-oldest leave the oldest turns out",
        )
    return Fitted(prompt, starts[dropped] - head)


class _Candidates:
    """The prompts after so many dropped turns, each composed once; None where bytes alone tell that it is too long."""

    def __init__(
        self,
        compose: Callable[[Sequence[Message]], Prompt],
        messages: Sequence[Message],
        starts: list[int],
        room: Room,
    ) -> None:
        self._compose, self._messages, self._starts, self._room = compose, messages, starts, room
        self._made: dict[int, Prompt | None] = {}

    def prompt(self, dropped: int) -> Prompt | None:
        if dropped not in self._made:
            kept = [*self._messages[: self._starts[0]], *self._messages[self._starts[dropped] :]]
            least = sum(len(one.text) for one in kept) // self._room.longest
            self._made[dropped] = self._compose(kept) if least < self._room.context else None
        return self._made[dropped]

    def fits(self, dropped: int) -> bool:
        found = self.prompt(dropped)
        return found is not None and len(found.tokens) + self._room.answer <= self._room.context
