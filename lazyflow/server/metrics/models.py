"""Models and nodes, as they are when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge

from lazyflow.engine.contract import ModelState
from lazyflow.runtime.contract import LiveApp


class ModelMetrics:
    """Gauges over the current generation. A model that several nodes share counts once, under the first of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(name, what, labels, registry=registry)

        self.generation = gauge("lazyflow_generation", "The app's current generation; counts from 1.")
        self.ready = gauge("lazyflow_node_ready", "1 where a node can answer, its model in memory.", "node")
        self.running = gauge("lazyflow_model_running", "Answers that a model works on.", "node")
        self.waiting = gauge("lazyflow_model_waiting", "Answers that wait for a model.", "node")
        self.slots = gauge("lazyflow_model_slots", "Answers that a model can work on at once.", "node")
        self.tokens = gauge("lazyflow_kv_cache_tokens", "Tokens in a model's KV cache.", "node")
        self.room = gauge("lazyflow_kv_cache_size_tokens", "Tokens that fit into a model's KV cache.", "node")

    async def look(self, live: LiveApp) -> None:
        """Bring all of them up to date."""
        states = await live.app.busy()
        self.generation.set(live.generation)
        self.ready.clear()
        for node, status in live.app.status().items():
            self.ready.labels(node).set(status.state == "ready")
        self._set(states)

    def _set(self, states: Mapping[str, ModelState]) -> None:
        for gauge in (self.running, self.waiting, self.slots, self.tokens, self.room):
            gauge.clear()
        for node, state in states.items():
            self.running.labels(node).set(state.running)
            self.waiting.labels(node).set(state.waiting)
            self.slots.labels(node).set(state.slots)
            self.tokens.labels(node).set(state.tokens)
            self.room.labels(node).set(state.room)
