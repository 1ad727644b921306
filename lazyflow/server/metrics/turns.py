"""Turns and reloads, counted: an observer of the app."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from lazyflow.nodes.events import Event, Text, Thinking, Usage
from lazyflow.runtime.contract import Asked, Hearing, Outcome, Reloaded

SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
FIRST = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class TurnMetrics:
    """Implements `Observer`. Labels are the names of the app's own nodes, never what a client sends."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(name, what, labels, registry=registry)

        self.clock = clock
        self.turns = counter("lazyflow_turns_total", "Messages by the node that was asked.", "node", "outcome")
        self.running = Gauge("lazyflow_turns_running", "Messages being answered now.", ["node"], registry=registry)
        self.seconds = Histogram(
            "lazyflow_turn_seconds",
            "From a message to the end of its answer.",
            ["node"],
            registry=registry,
            buckets=SECONDS,
        )
        self.first = Histogram(
            "lazyflow_time_to_first_token_seconds",
            "From a message to the first piece of its answer or of the model's thinking.",
            ["node"],
            registry=registry,
            buckets=FIRST,
        )
        self.prompt = counter("lazyflow_prompt_tokens_total", "Tokens that models read.", "node")
        self.cached = counter("lazyflow_cached_tokens_total", "Of the tokens read, those found in a cache.", "node")
        self.completion = counter("lazyflow_completion_tokens_total", "Tokens that models wrote.", "node")
        self.reloads = counter("lazyflow_reloads_total", "Reloads by what became of them.", "outcome")
        self.well = Gauge("lazyflow_last_reload_successful", "0 while the last edit is refused.", registry=registry)
        self.at = Gauge("lazyflow_last_reload_timestamp_seconds", "When the last reload ended.", registry=registry)
        self.well.set(1)
        self.at.set_to_current_time()

    def turn(self, asked: Asked) -> Hearing:
        """See `Observer`."""
        self.running.labels(asked.node).inc()
        return TurnCount(self, asked)

    def reloaded(self, done: Reloaded) -> None:
        """See `Observer`."""
        self.reloads.labels(done.outcome).inc()
        self.well.set(done.outcome != "refused")
        self.at.set_to_current_time()

    def used(self, node: str, usage: Usage) -> None:
        """Count one model call's tokens, as far as they are known."""
        for tokens, counted in (
            (usage.prompt_tokens, self.prompt),
            (usage.cached_tokens, self.cached),
            (usage.completion_tokens, self.completion),
        ):
            if tokens:
                counted.labels(node).inc(tokens)


class TurnCount:
    """Implements `Hearing` for one turn."""

    def __init__(self, metrics: TurnMetrics, asked: Asked) -> None:
        self.metrics = metrics
        self.asked = asked
        self.began = metrics.clock()
        self.silent = True

    def event(self, event: Event) -> None:
        """See `Hearing`."""
        match event:
            case Text() | Thinking() if self.silent:
                self.silent = False
                self.metrics.first.labels(self.asked.node).observe(self.metrics.clock() - self.began)
            case Usage(path=path):
                # A Python node may tell the usage of a model that is no node of the app.
                node = path[-1] if path and path[-1] in self.asked.spec.callables else self.asked.node
                self.metrics.used(node, event)
            case _:
                pass

    def end(self, outcome: Outcome) -> None:
        """See `Hearing`."""
        metrics, node = self.metrics, self.asked.node
        metrics.running.labels(node).dec()
        metrics.turns.labels(node, outcome).inc()
        metrics.seconds.labels(node).observe(metrics.clock() - self.began)
