"""`lazyflow run` below a path of a reverse proxy: page, login, API and websocket."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.acceptance.browsing import ChatPage, chromium
from tests.acceptance.served import run, served
from tests.servers.reverse_proxy import ReverseProxy, proxying

pytestmark = pytest.mark.slow

APP = """version: 1
nodes:
  echo: { type: python, call: "./echo.py:echo" }
  web: { type: web, target: echo, title: Echo, store: memory, auth: { users: { ann: "${ANN}" }, keys: ["${KEY}"] } }
"""
KEY = "key-of-a-program"
HI = {"messages": [{"role": "user", "content": "hi"}]}
OPTIONS = "--root-path", "/chat", "--proxy-headers", "127.0.0.1"
SAYS = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "{host}", "X-Forwarded-Proto": "http"}


@pytest.fixture(scope="module")
def hashed() -> str:
    return run("hash-password", text="open sesame\n").stdout.strip()


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "echo.py").write_text("def echo(message): return 'You said: ' + message\n")
    (tmp_path / "app.yaml").write_text(APP)
    return tmp_path / "app.yaml"


def port_of(url: str) -> int:
    return httpx.URL(url).port or 0


@pytest.mark.parametrize("strips", [True, False])
def test_the_page_the_login_and_the_api_are_below_the_path(app: Path, hashed: str, *, strips: bool) -> None:
    with served(app, *OPTIONS, ANN=hashed, KEY=KEY) as it:
        assert httpx.URL(it.url).path == "/chat/"
        with proxying(ReverseProxy(port_of(it.url), strips=strips, says=SAYS)) as url:
            origin = {"Origin": url.removesuffix("/chat/")}
            with httpx.Client(base_url=url, follow_redirects=True) as http:
                form = http.get("", headers={"Accept": "text/html"})
                assert (form.url.path, "Log in" in form.text) == ("/chat/login", True)
                assert 'action="/chat/login"' in form.text
                page = http.post("login", data={"user": "ann", "password": "open sesame"}, headers=origin)
                assert (page.url.path, "<title>Echo</title>" in page.text) == ("/chat/", True)
                assert [cookie.path for cookie in http.cookies.jar] == ["/chat"]
                assert http.get("v1/models").status_code == 200
                assert http.post("logout", headers=origin).url.path == "/chat/login"
                assert http.get("v1/models").status_code == 401
            bearer = {"Authorization": f"Bearer {KEY}"}
            answer = httpx.post(f"{url}v1/chat/completions", json=HI, headers=bearer)
            assert answer.json()["choices"][0]["message"]["content"] == "You said: hi"


def test_tries_of_one_address_lock_nobody_else_out(app: Path, hashed: str) -> None:
    with served(app, *OPTIONS, ANN=hashed, KEY=KEY) as it:

        def tries(address: str, password: str = "wrong") -> int:
            said = {**SAYS, "X-Forwarded-For": address}
            with proxying(ReverseProxy(port_of(it.url), says=said)) as url:
                origin = {"Origin": url.removesuffix("/chat/")}
                sent = {"user": "ann", "password": password}
                return httpx.post(f"{url}login", data=sent, headers=origin).status_code

        assert [tries("203.0.113.9") for _ in range(6)] == [401] * 5 + [429]
        assert tries("203.0.113.8", "open sesame") == 303
        assert tries("203.0.113.8, 203.0.113.9") == 429


def test_without_trust_a_proxy_is_told_so_and_cannot_speak_for_others(app: Path, hashed: str) -> None:
    app.write_text(APP.split(", auth", maxsplit=1)[0] + " }\n")
    with served(app, ANN=hashed, KEY=KEY) as it:
        headers = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "127.0.0.1"}
        answer = httpx.get(it.url, headers=headers)
    assert answer.status_code == 403
    assert "needs `auth`" in answer.json()["error"]["message"]


@pytest.mark.browser
@pytest.mark.parametrize("strips", [True, False])
def test_people_chat_below_the_path(app: Path, hashed: str, *, strips: bool) -> None:
    with (
        served(app, *OPTIONS, ANN=hashed, KEY=KEY) as it,
        proxying(ReverseProxy(port_of(it.url), strips=strips, says=SAYS)) as url,
        chromium() as browser,
    ):
        page = browser.new_page()
        page.goto(url)
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill("open sesame")
        page.get_by_role("button", name="Log in").click()
        chat = ChatPage(page, url).open()
        assert chat.ask("hello") == "You said: hello"
        assert page.url.startswith(f"{url}?c=")
        assert chat.errors == []
        chat.open("?" + page.url.split("?", 1)[1])
        assert chat.questions.all_inner_texts() == ["hello"]
