"""Every path that a site has, with every kind of credential: the list is the site's own, so that none is forgotten."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.types import ASGIApp, Message

from lazyflow.server.passwords import Passwords
from lazyflow.server.route_table import flat
from lazyflow.server.sessions import COOKIE, Sessions, kept_secret
from lazyflow.server.site import build_site
from lazyflow.spec.nodes import Auth, WebSpec
from lazyflow.web.mount import mount_page
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive

KEY = "key-for-programs"
AUTH = Auth(users={"ann": Passwords().hash("open sesame")}, keys=(KEY,))
OPEN = {"/healthz"}
"""All that answers without a credential, beside the login itself."""
MUST_BE_THERE = {
    "/",
    "/ws",
    "/healthz",
    "/readyz",
    "/metrics",
    "/-/reload",
    "/v1/models",
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/tokenize",
    "/conversations",
    "/static",
}
WRONG: dict[str, dict[str, str]] = {
    "none": {},
    "wrong key": {"Authorization": "Bearer wrong"},
    "empty key": {"Authorization": "Bearer "},
    "key as a password": {"Authorization": f"Basic {KEY}"},
    "forged session": {"Cookie": f"{COOKIE}=WyJhbm4iLCJ4Il0.forged.forged"},
    "said person": {"X-Lazyflow-Person": "user:ann"},
}


def site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ASGIApp:
    """A site with everything that one can have."""
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    app = FakeApp(FakeNode("bot", ["hello"]))
    web = WebSpec(name="web", target="bot", auth=AUTH)
    app.spec = replace(app.spec, nodes={**app.spec.nodes, "web": web})
    live = FakeLive(app)
    return build_site(live, "web", lambda page: mount_page(page, live, "web"))


@pytest.fixture
async def http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[httpx.AsyncClient, None]:
    transport = httpx.ASGITransport(site(tmp_path, monkeypatch), client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="https://chat.example") as client:
        yield client


def routes(app: Any) -> list[BaseRoute]:
    """Every route of the server behind all middleware."""
    while not isinstance(app, FastAPI):
        app = app.app
    return list(flat(app.routes))


def table(app: ASGIApp) -> list[tuple[str, str]]:
    """Each method and path, with something in the place of parameters; a websocket's method is empty."""
    found = []
    for route in routes(app):
        path = re.sub(r"\{.*?\}", "x", str(getattr(route, "path", "")))
        if isinstance(route, Mount):
            found.append(("GET", f"{path}/x"))
        elif isinstance(route, WebSocketRoute):
            found.append(("", path))
        else:
            found += [(method, path) for method in sorted(getattr(route, "methods", None) or {"GET"})]
    return found


def test_the_table_holds_what_a_site_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = site(tmp_path, monkeypatch)
    assert {str(getattr(route, "path", "")) for route in routes(built)} >= MUST_BE_THERE
    assert {method for method, _ in table(built)} >= {"", "GET", "HEAD", "POST"}


@pytest.mark.parametrize("kind", WRONG)
async def test_nothing_answers_who_proves_nothing(http: httpx.AsyncClient, kind: str) -> None:
    app = http._transport.app  # type: ignore[attr-defined] # the transport is ours
    wrongly = {}
    for method, path in [*table(app), ("GET", "/no/such/path"), ("POST", "/"), ("BREW", "/")]:
        if method:
            status = (await http.request(method, path, headers=WRONG[kind])).status_code
            expected = 200 if path in OPEN else 401
        else:
            status, expected = await knock(app, path, WRONG[kind]), 403
        if status != expected:
            wrongly[f"{method} {path}"] = status
    assert wrongly == {}


@pytest.mark.parametrize("kind", ["key", "session"])
async def test_everything_answers_who_has_a_credential(http: httpx.AsyncClient, tmp_path: Path, kind: str) -> None:
    app = http._transport.app  # type: ignore[attr-defined] # the transport is ours
    token = Sessions(kept_secret(tmp_path / "lazyflow")).token("ann", AUTH.users)
    right = {"Authorization": f"Bearer {KEY}"} if kind == "key" else {"Cookie": f"{COOKIE}={token}"}
    found = re.search(r'"token":"([^"]+)"', (await http.get("/", headers=right)).text)
    assert found is not None
    refused = {}
    for method, path in table(app):
        if method:
            status = (await http.request(method, path, headers=right)).status_code
        else:
            status = await knock(app, path, right, found[1])
        if status in {401, 403} or status >= 500:
            refused[f"{method} {path}"] = status
    assert refused == {}


async def test_a_page_of_another_site_gets_nowhere_even_with_a_credential(http: httpx.AsyncClient) -> None:
    app = http._transport.app  # type: ignore[attr-defined] # the transport is ours
    foreign = {"Authorization": f"Bearer {KEY}", "Origin": "https://evil.example"}
    statuses = {
        (await http.request(method, path, headers=foreign)).status_code if method else await knock(app, path, foreign)
        for method, path in [*table(app), ("POST", "/login"), ("POST", "/logout")]
    }
    assert statuses == {403}


async def knock(app: ASGIApp, path: str, headers: dict[str, str], token: str = "none") -> int:
    """Open a websocket as the page does: 101 where it is accepted, 403 where it is closed before."""
    answers: asyncio.Queue[Message] = asyncio.Queue()

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    pairs = [(b"host", b"chat.example"), *((name.lower().encode(), value.encode()) for name, value in headers.items())]
    scope: dict[str, Any] = {
        "type": "websocket",
        "path": path,
        "client": ("192.0.2.7", 1),
        "headers": pairs,
        "query_string": b"",
        "subprotocols": ["bokeh", token],
    }
    serving = asyncio.ensure_future(app(scope, receive, answers.put))
    try:
        first = await asyncio.wait_for(answers.get(), 10)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    return 101 if first["type"] == "websocket.accept" else 403
