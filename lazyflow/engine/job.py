"""One request within the engine: what it asks, how far it is, and where its outputs go."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from lazyflow.engine.answer import Answer
from lazyflow.engine.contract import EngineError, Finished, ModelGone, ModelState, Output
from lazyflow.engine.native.context import Context
from lazyflow.engine.native.vocab import Tokens
from lazyflow.engine.picker import Picker, PickOptions
from lazyflow.engine.slots import Slot


@dataclass(frozen=True, slots=True)
class Failed:
    """The request ended without (the rest of) an answer."""

    error: EngineError


@dataclass(frozen=True, slots=True)
class Embedded:
    """The embedding that was asked for."""

    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tokenized:
    """The tokens that were asked for."""

    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Whether there is room for the models that were asked about."""

    fits: bool


Event = Output | Failed | Embedded | Tokenized | ModelState | Beside
Batch = list[tuple[int, Event]]


class Channel(Protocol):
    """Where events go: called once a step with everything for it, from the engine's thread. Must not raise."""

    def post(self, events: Batch) -> None:
        """Pass events on, by the ids of their jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked for. `thinking` tells that the prompt left the model within its thinking."""

    prompt: Tokens
    pick: PickOptions
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    thinking: bool = False
    person: str = ""


@dataclass(slots=True, eq=False)
class Job:
    """A task on its way. `id` is unique within its channel; `pending` was picked and is not decoded yet."""

    id: int
    task: Task
    channel: Channel
    answer: Answer
    prompt: Tokens
    submitted: float = field(default_factory=time.perf_counter)
    first_token: float = 0.0
    slot: Slot | None = None
    picker: Picker | None = None
    todo: Tokens | None = None
    pending: int = -1
    said: list[int] = field(default_factory=list)
    reused: int = 0
    place: int = 0

    @classmethod
    def of(cls, number: int, task: Task, channel: Channel) -> Job:
        """A job that has just come in."""
        return cls(number, task, channel, Answer(task.stop, thinking=task.thinking), task.prompt)

    def fill(self, context: Context, count: int) -> int:
        """Put the next tokens into the batch; the index that gives logits, or -1."""
        slot: Any = self.slot
        start = slot.count
        last = self.todo is None or count == len(self.todo)
        if self.todo is None:
            slot.tokens[start] = self.pending
        else:
            slot.tokens[start : start + count] = self.todo[:count]
        index = context.add(slot.sequence, start, slot.tokens[start : start + count], logits=last)
        return index if last else -1

    def advance(self, count: int) -> int:
        """Note that tokens are in the cache; how many of the prompt they were."""
        slot: Any = self.slot
        slot.count += count
        if self.todo is None:
            return 0
        self.todo = self.todo[count:] if count < len(self.todo) else None
        return count

    def finished(self, reason: Literal["stop", "length"]) -> Finished:
        """What the answer took, at its end."""
        return Finished(
            reason=reason,
            prompt_tokens=len(self.task.prompt),
            cached_tokens=self.reused,
            completion_tokens=len(self.said),
            time_to_first_token=self.first_token - self.submitted,
            seconds=time.perf_counter() - self.submitted,
        )

    def start_again(self) -> None:
        """Go back to waiting; what was said so far is part of what is read when it goes on."""
        self.prompt = np.concatenate([self.task.prompt, np.array(self.said, np.int32)])
        self.slot, self.todo, self.pending = None, None, -1


def vectors(events: Sequence[Event]) -> list[tuple[float, ...]]:
    """The embeddings among events."""
    return [event.vector for event in events if isinstance(event, Embedded)]


def fits(event: Event) -> bool:
    """The answer about room that was asked for."""
    return isinstance(event, Beside) and event.fits


def state_of(event: Event) -> ModelState:
    """The state that was asked for. Raises: `ModelGone` where something else came."""
    if isinstance(event, ModelState):
        return event
    raise ModelGone("the model does not say how busy it is")
