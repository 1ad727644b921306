"""All metrics of one web node: its own requests, and the turns and models of the whole app."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector
from prometheus_client.exposition import choose_encoder

from lazyflow.runtime.contract import LiveApp
from lazyflow.server.metrics.exchanges import ExchangeMetrics
from lazyflow.server.metrics.models import ModelMetrics
from lazyflow.server.metrics.turns import TurnMetrics


class Metrics:
    """Counts from now on, in a registry of its own: two apps in one process do not add up."""

    def __init__(self, live: LiveApp) -> None:
        self.registry = CollectorRegistry()
        self.exchanges = ExchangeMetrics(self.registry)
        self.websockets = Gauge("lazyflow_websockets_open", "Pages that are connected.", registry=self.registry)
        self.models = ModelMetrics(self.registry)
        self.live = live
        ProcessCollector(registry=self.registry)
        live.observe(TurnMetrics(self.registry))

    async def text(self, accept: str) -> tuple[bytes, str]:
        """Everything in the text format that the client accepts, and its media type."""
        await self.models.look(self.live)
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type

    def routes(self) -> APIRouter:
        """`/metrics`."""
        router = APIRouter()

        @router.get("/metrics")
        async def metrics(request: Request) -> Response:
            content, media_type = await self.text(request.headers.get("accept", ""))
            return Response(content, headers={"content-type": media_type})

        return router
