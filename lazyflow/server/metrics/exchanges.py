"""HTTP requests, counted."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from lazyflow.server.traffic import WEBSOCKET, Exchange

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class ExchangeMetrics:
    """Counts what `Traffic` tells."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "lazyflow_http_requests_total",
            "HTTP requests that were answered, and websockets that ended.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "lazyflow_http_request_seconds",
            "From a request to the end of its answer; websockets are left out.",
            ["route"],
            registry=registry,
            buckets=SECONDS,
        )

    def __call__(self, done: Exchange) -> None:
        """Count one."""
        self.requests.labels(done.method, done.route, str(done.status)).inc()
        if done.method != WEBSOCKET:
            self.seconds.labels(done.route).observe(done.seconds)
