"""A web node with `auth`: every way in, with every kind of credential."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from lazyflow.errors import LazyflowError
from lazyflow.server.access import PERSON
from lazyflow.server.admission import guarded
from lazyflow.server.login import Login
from lazyflow.server.passwords import Passwords
from lazyflow.server.sessions import COOKIE, Sessions, kept_secret
from lazyflow.spec.nodes import Auth, WebSpec
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive

KEY = "key-for-programs"
HASH = Passwords().hash("open sesame")
AUTH = Auth(users={"ann": HASH}, keys=(KEY,))
PATHS = ["/", "/ws", "/v1/models", "/v1/chat/completions", "/metrics", "/readyz", "/-/reload", "/static/x.js", "/x"]


async def who(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that says who it serves."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        return
    person = dict(scope["headers"])[PERSON]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"served " + person})


def live(auth: Auth | None = AUTH) -> FakeLive:
    app = FakeApp(FakeNode("bot"))
    web = WebSpec(name="web", target="bot", auth=auth, title="<Secret> bot")
    app.spec = replace(app.spec, nodes={**app.spec.nodes, "web": web})
    return FakeLive(app)


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


@contextmanager
def client(live: FakeLive, address: str = "192.0.2.7") -> Iterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(guarded(who, live, "web"), client=(address, 1))
    yield httpx.AsyncClient(transport=transport, base_url="https://chat.example")


async def log_in(http: httpx.AsyncClient, user: str = "ann", password: str = "open sesame") -> httpx.Response:
    origin = {"Origin": "https://chat.example"}
    return await http.post("/login", data={"user": user, "password": password}, headers=origin)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Basic {KEY}"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Cookie": f"{COOKIE}=forged"}, 401),
        ({"Authorization": f"Bearer {KEY}"}, 200),
        ({"Authorization": f"bearer {KEY}"}, 200),
        ({"Authorization": f"Bearer {KEY}", "Origin": "https://evil.example"}, 403),
    ],
)
async def test_every_path_asks_for_a_credential(path: str, headers: dict[str, str], status: int) -> None:
    with client(live()) as http:
        answer = await http.get(path, headers=headers)
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["error"]["type"] == "authentication_error"


async def test_the_process_health_is_for_everybody() -> None:
    with client(live()) as http:
        assert (await http.get("/healthz")).text == "served "


async def test_a_person_is_led_to_the_login_and_in() -> None:
    with client(live()) as http:
        page = await http.get("/", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login")
        form = await http.get("/login")
        assert "&lt;Secret&gt; bot" in form.text
        done = await log_in(http)
        assert (done.status_code, done.headers["location"]) == (303, "/")
        cookie = done.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("httponly", "samesite=lax", "secure"))
        assert (await http.get("/")).text == "served user:ann"
        await http.post("/logout")
        assert (await http.get("/")).status_code == 401


async def test_a_client_cannot_say_who_it_is() -> None:
    with client(live()) as http:
        answer = await http.get("/", headers={"Authorization": f"Bearer {KEY}", "X-Lazyflow-Person": "user:ann"})
    assert answer.text.startswith("served key:")


@pytest.mark.parametrize(
    ("user", "password"), [("ann", "wrong"), ("bob", "open sesame"), ("", ""), ("nobody", "nobody")]
)
async def test_a_wrong_name_and_a_wrong_password_are_told_alike(user: str, password: str) -> None:
    with client(live()) as http:
        answer = await log_in(http, user, password)
    assert answer.status_code == 401
    assert "The name or the password is wrong." in answer.text
    assert "set-cookie" not in answer.headers


async def test_after_five_wrong_tries_even_the_right_password_waits() -> None:
    with client(live()) as http:
        statuses = [(await log_in(http, password="wrong")).status_code for _ in range(5)]
        assert statuses == [401] * 5
        waiting = await log_in(http)
    assert waiting.status_code == 429
    assert 0 < int(waiting.headers["retry-after"]) <= 60


async def test_a_login_from_another_sites_page_is_refused() -> None:
    with client(live()) as http:
        answer = await http.post("/login", data={"user": "ann"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_a_huge_form_is_not_read_to_its_end() -> None:
    with client(live()) as http:
        assert (await log_in(http, password="x" * 100_000)).status_code == 413


async def test_a_changed_password_or_a_removed_user_ends_the_session() -> None:
    app = live()
    with client(app) as http:
        await log_in(http)
        for auth in (Auth(users={"ann": Passwords().hash("new")}), Auth(users={"bob": HASH})):
            spec = app.app.spec
            web = replace(spec.webs["web"], auth=auth)
            app.app.spec = replace(spec, nodes={**spec.nodes, "web": web})  # type: ignore[misc] # the fake's is plain
            assert (await http.get("/")).status_code == 401


async def test_removing_auth_while_it_runs_opens_nothing() -> None:
    app = live()
    with client(app) as http:
        spec = app.app.spec
        web = replace(spec.webs["web"], auth=None)
        app.app.spec = replace(spec, nodes={**spec.nodes, "web": web})  # type: ignore[misc] # the fake's is plain
        assert (await http.get("/")).status_code == 401


@pytest.mark.parametrize(("credential", "kind"), [("", "websocket.close"), (f"Bearer {KEY}", "websocket.accept")])
async def test_the_websocket_asks_too(credential: str, kind: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"chat.example"), (b"authorization", credential.encode())]
    scope: dict[str, Any] = {"type": "websocket", "path": "/ws", "client": ("192.0.2.7", 1), "headers": headers}
    await guarded(who, live(), "web")(scope, receive, send)
    assert sent[0]["type"] == kind


def test_a_password_where_a_hash_belongs_is_refused_at_the_start() -> None:
    with pytest.raises(LazyflowError, match=r"user 'ann' is no argon2 hash") as caught:
        guarded(who, live(Auth(users={"ann": "open sesame"})), "web")
    assert "open sesame" not in str(caught.value)


def test_sessions_outlive_a_restart_and_belong_to_one_installation(tmp_path: Path) -> None:
    token = Sessions(kept_secret(tmp_path / "a")).token("ann", AUTH.users)
    assert Sessions(kept_secret(tmp_path / "a")).user(token, AUTH.users) == "ann"
    assert Sessions(kept_secret(tmp_path / "b")).user(token, AUTH.users) is None
    assert (tmp_path / "a" / "session.key").stat().st_mode & 0o777 == 0o600


def test_without_users_there_is_no_login() -> None:
    assert guarded(who, live(Auth(keys=(KEY,))), "web").login is None
    assert isinstance(guarded(who, live(), "web").login, Login)
