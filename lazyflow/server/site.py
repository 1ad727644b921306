"""The HTTP app of one web node: page, API, health, metrics, reload, all behind one guard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import FastAPI

from lazyflow.runtime.contract import LiveApp
from lazyflow.server.access_log import access_log
from lazyflow.server.admission import guarded
from lazyflow.server.front import DIRECT, Front
from lazyflow.server.health import health_routes
from lazyflow.server.metrics.metrics import Metrics
from lazyflow.server.openai.problem import add_problem_handlers
from lazyflow.server.openai.routes import openai_routes
from lazyflow.server.proxies import Proxies
from lazyflow.server.reload import reload_routes
from lazyflow.server.request_id import RequestIds
from lazyflow.server.root_path import RootPath
from lazyflow.server.route_table import RouteTable
from lazyflow.server.security_headers import SecurityHeaders
from lazyflow.server.traffic import Traffic

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def build_site(live: LiveApp, web: str, mount_page: Callable[[FastAPI], None], front: Front = DIRECT) -> ASGIApp:
    """Everything that one web node serves. `mount_page` adds the chat page at `/`.

    Raises: `LazyflowError` where the node's `auth` cannot work.
    """
    # The interactive documentation would load scripts from another host, and a redirect would leave the root path.
    site = FastAPI(title="lazyflow", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    metrics = Metrics(live)
    site.include_router(health_routes(live))
    site.include_router(metrics.routes())
    site.include_router(reload_routes(live))
    if live.app.spec.webs[web].api:
        site.include_router(openai_routes(live, web))
    add_problem_handlers(site)
    mount_page(site)
    gate = guarded(site, live, web, insecure=front.insecure, root=front.root_path)
    traffic = Traffic(SecurityHeaders(gate), RouteTable(site.routes, gate.paths), [metrics.exchanges, access_log])
    metrics.websockets.set_function(lambda: traffic.websockets)
    outermost: ASGIApp = RequestIds(traffic)
    if front.traces:
        from lazyflow.server.tracing.incoming import IncomingTraces  # noqa: PLC0415 - of the extra `otel`

        outermost = IncomingTraces(outermost)
    if front.root_path:
        outermost = RootPath(outermost, front.root_path)
    return Proxies(outermost, front.proxies) if front.proxies else outermost
