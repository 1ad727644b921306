"""Whether the process is up and whether every node can answer: what a supervisor or load balancer asks."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from lazyflow.runtime.contract import LiveApp

READY = 200
UNREADY = 503


def health_routes(live: LiveApp) -> APIRouter:
    """`/healthz` and `/readyz`."""
    router = APIRouter()

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        waiting = not_ready(live)
        status = "stopping" if live.stopping else "waiting" if waiting else "ready"
        body: dict[str, Any] = {"status": status, "nodes": waiting}
        return JSONResponse(body, READY if status == "ready" else UNREADY)

    return router


def not_ready(live: LiveApp) -> dict[str, dict[str, Any]]:
    """Every node that cannot answer now, with its state and why."""
    return {
        name: {"state": status.state, "stage": status.stage, "fraction": status.fraction, "message": status.message}
        for name, status in live.app.status().items()
        if status.state != "ready"
    }
