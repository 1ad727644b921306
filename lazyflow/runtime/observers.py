"""Who hears of an app's turns and reloads. A bug of theirs is logged and harms no answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import TypeVar

from lazyflow.nodes.events import Event, Failure
from lazyflow.runtime.contract import Asked, Hearing, Observer, Outcome, Reloaded

A = TypeVar("A")
R = TypeVar("R")
log = logging.getLogger(__name__)


class Observers:
    """All observers of an app, shared by its generations."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []

    def add(self, observer: Observer) -> Callable[[], None]:
        """Tell `observer` from now on; returns its end."""
        self._observers.append(observer)

        def end() -> None:
            with suppress(ValueError):
                self._observers.remove(observer)

        return end

    def reloaded(self, done: Reloaded) -> None:
        """Tell all of a reload."""
        for observer in tuple(self._observers):
            guarded(observer.reloaded, done)

    async def heard(self, asked: Asked, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """`events` as they are, told to all; their end is told even where nobody reads that far."""
        hearings = [hearing for observer in self._observers if (hearing := guarded(observer.turn, asked)) is not None]
        outcome: Outcome = "cancelled"
        try:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Failure):
                        outcome = "failed"
                    tell(hearings, event)
                    yield event
            if outcome != "failed":
                outcome = "answered"
        finally:
            for hearing in hearings:
                guarded(hearing.end, outcome)


def tell(hearings: Sequence[Hearing], event: Event) -> None:
    """Tell one event to all."""
    for hearing in hearings:
        guarded(hearing.event, event)


def guarded(call: Callable[[A], R], told: A) -> R | None:
    """What `call` returns; None where it breaks."""
    try:
        return call(told)
    except Exception:
        log.exception("an observer broke")
        return None
