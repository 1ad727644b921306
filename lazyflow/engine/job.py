"""One request within the engine: what it asks, how far it is, and where its outputs go."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from lazyflow.engine.answer import Answer
from lazyflow.engine.contract import EngineError, Output
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


Event = Output | Failed | Embedded | Tokenized
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

    def start_again(self) -> None:
        """Go back to waiting; what was said so far is part of what is read when it goes on."""
        self.prompt = np.concatenate([self.task.prompt, np.array(self.said, np.int32)])
        self.slot, self.todo, self.pending = None, None, -1


def vectors(events: Sequence[Event]) -> list[tuple[float, ...]]:
    """The embeddings among events."""
    return [event.vector for event in events if isinstance(event, Embedded)]
