"""Reload on request: what saving the file does, for programs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from lazyflow.reports.json_document import plain
from lazyflow.runtime.contract import LiveApp, Reloaded

DONE = 200
REFUSED = 422


def reload_routes(live: LiveApp) -> APIRouter:
    """`POST /-/reload`: 200 with the generation, or 422 with the diagnostics."""
    router = APIRouter()

    @router.post("/-/reload")
    async def reload() -> JSONResponse:
        done = await live.reload()
        return JSONResponse(told(done), REFUSED if done.outcome == "refused" else DONE)

    return router


def told(done: Reloaded) -> dict[str, Any]:
    """A reload's outcome as plain data."""
    return {
        "generation": done.generation,
        "changed": done.changed,
        "kept": list(done.kept),
        "updated": list(done.updated),
        "opened": list(done.opened),
        "closed": list(done.closed),
        "restart": list(done.trouble.restart),
        "failures": list(done.trouble.failures),
        "problems": [plain(problem) for problem in done.trouble.problems],
        "seconds": done.seconds,
    }
