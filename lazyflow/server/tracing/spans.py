"""Turns as spans: one for the turn, below it one for each node that works for it and each call of a model."""

from __future__ import annotations

import time

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from lazyflow.nodes.events import Event, Failure, Notice, Request, Step, Usage
from lazyflow.runtime.contract import Asked, Hearing, Outcome, Reloaded
from lazyflow.server.tracing.attributes import of_call, of_turn

NANOSECONDS = 1_000_000_000


class Tracing:
    """Implements `Observer`. A turn's span belongs to the trace of the request that asks, if that has one."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def turn(self, asked: Asked) -> Hearing:
        """See `Observer`."""
        return TurnSpans(self.tracer, asked)

    def reloaded(self, done: Reloaded) -> None:
        """See `Observer`: a reload is no part of a request."""


class TurnSpans:
    """Implements `Hearing` for one turn."""

    def __init__(self, tracer: Tracer, asked: Asked) -> None:
        self.tracer = tracer
        self.asked = asked
        self.turn = tracer.start_span(f"invoke_agent {asked.node}", attributes=of_turn(asked))
        self.steps: dict[tuple[str, ...], Span] = {}
        self.asked_at: dict[tuple[str, ...], int] = {}

    def event(self, event: Event) -> None:
        """See `Hearing`."""
        match event:
            case Step(path, "began"):
                self.steps[path] = self._below(path[:-1], f"node {path[-1]}", {"lazyflow.node": path[-1]})
            case Step(path, "ended" | "failed" as state) if path in self.steps:
                step = self.steps.pop(path)
                if state == "failed":
                    step.set_status(StatusCode.ERROR)
                step.end()
            case Request(path):
                self.asked_at[path] = time.time_ns()
            case Usage():
                self._call(event)
            case Notice("fallback" | "trimmed" | "routed" | "degraded" as kind):
                # Its text may quote what was said.
                self.turn.add_event(f"lazyflow.{kind}")
            case Failure(reason=reason):
                self.turn.set_attribute("error.type", reason)
                self.turn.set_status(StatusCode.ERROR)
            case _:
                pass

    def end(self, outcome: Outcome) -> None:
        """See `Hearing`."""
        for step in reversed(self.steps.values()):
            step.end()
        self.turn.set_attribute("lazyflow.outcome", outcome)
        self.turn.end()

    def _call(self, usage: Usage) -> None:
        """A call that is over: it began when the model was asked, or as long ago as it says that it took."""
        now = time.time_ns()
        began = self.asked_at.pop(usage.path, None)
        if usage.seconds is not None:
            began = now - int(usage.seconds * NANOSECONDS)
        call = self.tracer.start_span(
            f"chat {usage.model}",
            trace.set_span_in_context(self._holder(usage.path)),
            SpanKind.CLIENT,
            of_call(self.asked, usage),
            start_time=now if began is None else min(began, now),  # the clock may have been set back
        )
        call.end(now)

    def _below(self, path: tuple[str, ...], name: str, attributes: dict[str, str]) -> Span:
        return self.tracer.start_span(name, trace.set_span_in_context(self._holder(path)), attributes=attributes)

    def _holder(self, path: tuple[str, ...]) -> Span:
        """The span of the innermost node of `path` that runs."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.steps:
                return self.steps[path[:length]]
        return self.turn
