"""Without a login each browser is a person of its own."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from lazyflow.server.access import PERSON, Gate
from lazyflow.server.visitors import COOKIE, Visitors

SECRET = b"a secret of thirty-two bytes ...."
PAGE = {"accept": "text/html"}


async def person_of(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with who the app was told that the request is from."""
    told = Request(scope).headers.getlist(PERSON.decode())
    await PlainTextResponse(" ".join(told))(scope, receive, send)


def browser(secret: bytes = SECRET, root: str = "", scheme: str = "http") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Gate(person_of, Visitors(secret, root)), client=("192.0.2.9", 5000))
    return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://chat.example")


async def test_a_browser_is_the_same_person_from_its_first_page_on_and_no_other() -> None:
    ann, bob = browser(), browser()
    names = [(await one.get("/", headers=PAGE)).text for one in (ann, bob)]
    assert all(name.startswith("visitor:") for name in names)
    assert len(set(names)) == 2
    for path, headers in (("/", PAGE), ("/files/x", {}), ("/conversations/c.json", {})):
        assert [(await one.get(path, headers=headers)).text for one in (ann, bob)] == names


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_cookie_is_kept_from_scripts_and_other_sites(scheme: str) -> None:
    cookie = (await browser(root="/chat", scheme=scheme).get("/", headers=PAGE)).headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/chat", "max-age=31536000"} <= set(cookie.split("; "))
    assert ("secure" in cookie.split("; ")) == (scheme == "https")


def another(sign: str) -> str:
    return "A" if sign != "A" else "B"


@pytest.mark.parametrize(
    "forged", [lambda c: c[:-9] + another(c[-9]) + c[-8:], lambda c: another(c[0]) + c[1:], lambda _: "x", lambda _: ""]
)
async def test_a_cookie_that_somebody_made_up_is_none(forged: Callable[[str], str]) -> None:
    client = browser()
    name = (await client.get("/", headers=PAGE)).text
    real = client.cookies[COOKIE]
    made_up = {"cookie": f"{COOKIE}={forged(real)}"}
    assert (await browser().get("/files/x", headers=made_up)).text == ""
    assert (await browser().get("/", headers={**PAGE, **made_up})).text not in {name, ""}
    other = {"cookie": f"{COOKIE}={real}"}
    assert (await browser(b"another secret of another server").get("/files/x", headers=other)).text == ""


async def test_nobody_names_themselves_in_a_header_and_programs_get_no_cookie() -> None:
    done = await browser().get("/v1/models", headers={PERSON.decode(): "visitor:ann"})
    assert (done.text, "set-cookie" in done.headers) == ("", False)
