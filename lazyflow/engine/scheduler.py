"""Who is served next and what one step decodes: decisions as pure functions of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

AGEING = 200.0
"""Tokens: a second of waiting counts like a prompt that is so much shorter."""
FIRST_CHUNK, SMALLEST_CHUNK = 256, 64
TARGET_STEP = 0.1
"""Seconds that a step with prefill beside running answers should take."""


MOST_WAITING = 128
"""Requests that wait for one model; more are told to come again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request without a slot: tokens to read, seconds since it came in, whose it is."""

    id: int
    tokens: int
    waited: float
    person: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A slot whose prompt is not read to its end: tokens that remain, seconds since the request came in."""

    sequence: int
    remaining: int
    waited: float


def urgency(tokens: int, waited: float) -> float:
    """Shortest remaining work first, with ageing; smaller is sooner."""
    return tokens - AGEING * waited


def has_room(waiting: Sequence[str], person: str) -> bool:
    """Whether one more request of `person` may wait beside those of `waiting`, which are theirs whose they are.

    One person whose name is known may fill half of the queue: the others always find a place.
    """
    share = MOST_WAITING // 2 if person else MOST_WAITING
    return len(waiting) < MOST_WAITING and waiting.count(person) < share


def seconds_to_wait(waiting: int, seconds: float, slots: int) -> float:
    """When another request may find a place: as many answers of `seconds` each end as there are `slots`."""
    return max(1.0, seconds * waiting / slots)


def queue(waiting: Iterable[Waiting], running: Mapping[str, int]) -> list[int]:
    """Ids in the order to be served: the person with the fewest running answers first, then by urgency."""
    counts, ordered = dict(running), []
    rest = sorted(waiting, key=lambda one: urgency(one.tokens, one.waited))
    while rest:
        chosen = min(rest, key=lambda one: counts.get(one.person, 0))
        rest.remove(chosen)
        counts[chosen.person] = counts.get(chosen.person, 0) + 1
        ordered.append(chosen.id)
    return ordered


def step(decoding: Iterable[int], reading: Sequence[Reading], *, batch: int, chunk: int) -> list[tuple[int, int]]:
    """What the next batch holds: (sequence, tokens) in rising sequences, which separate KV streams need.

    Every running answer gets its token; prompts share what is left. Beside running answers that is at most `chunk`,
    as often as there are more who wait for a first token than who wait for their next.
    """
    plan = [(sequence, 1) for sequence in decoding]
    room = min(batch - len(plan), chunk * max(len(reading) // len(plan), 1)) if plan else batch
    for one in sorted(reading, key=lambda one: urgency(one.remaining, one.waited)):
        tokens = min(one.remaining, room)
        if tokens <= 0:
            break
        plan.append((one.sequence, tokens))
        room -= tokens
    return sorted(plan)


def next_chunk(chunk: int, read: int, seconds: float, batch: int) -> int:
    """The prefill chunk after `read` tokens took a step of `seconds`: at most doubled or halved towards the target."""
    factor = min(max(TARGET_STEP / max(seconds * chunk / max(read, 1), 1e-6), 0.5), 2.0)
    return min(max(int(chunk * factor), SMALLEST_CHUNK), batch)
