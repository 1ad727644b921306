"""What proxies say of a request: from those that are trusted it is so, from all others it is nothing."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from lazyflow.server.caller import Caller
from lazyflow.server.origin import refusal
from lazyflow.server.proxies import Proxies, networks

TRUSTED = networks("10.0.0.0/8, ::1")
SAYS = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "x-forwarded-host": "chat.example"}


async def seen(peer: str, headers: dict[str, str] | list[tuple[str, str]], kind: str = "http") -> Scope:
    """The request as the site sees it."""
    scopes: list[Scope] = []

    async def site(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - an ASGI app's signature
        scopes.append(scope)

    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    scope: dict[str, Any] = {
        "type": kind,
        "scheme": "ws" if kind == "websocket" else "http",
        "path": "/",
        "client": (peer, 1234),
        "headers": [(b"host", b"inside:20500"), *((name.encode(), value.encode()) for name, value in pairs)],
    }

    async def nothing(*_: object) -> Any:
        return None

    await Proxies(site, TRUSTED)(scope, nothing, nothing)
    (found,) = scopes
    return found


async def test_a_trusted_proxy_tells_who_asks_and_for_what() -> None:
    scope = await seen("10.1.2.3", SAYS)
    caller = Caller.of(scope)
    assert (caller.address, caller.host, scope["scheme"], caller.proxied) == (
        "203.0.113.9",
        "chat.example",
        "https",
        False,
    )
    assert (await seen("10.1.2.3", SAYS, "websocket"))["scheme"] == "wss"


@pytest.mark.parametrize("peer", ["203.0.113.1", "11.0.0.1", "127.0.0.1", "not-an-address"])
async def test_what_anybody_else_says_is_not_believed(peer: str) -> None:
    scope = await seen(peer, SAYS)
    caller = Caller.of(scope)
    assert (caller.address, caller.host, scope["scheme"]) == (peer, "inside:20500", "http")
    assert caller.proxied


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9, 10.0.0.2, 10.0.0.3", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, unknown", "10.1.2.3"),
        ("127.0.0.1, <script>, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.2"),
        ("", "10.1.2.3"),
    ],
)
async def test_the_client_is_the_nearest_address_that_is_no_proxy(told: str, address: str) -> None:
    assert (await seen("10.1.2.3", {"x-forwarded-for": told}))["client"][0] == address


async def test_a_client_cannot_put_its_own_word_before_the_proxys() -> None:
    headers = [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-host", "chat.example"),
        ("x-forwarded-proto", "https"),
    ]
    scope = await seen("10.1.2.3", headers)
    assert (scope["client"][0], scope["scheme"], Caller.of(scope).host) == ("203.0.113.9", "https", "chat.example")


async def test_a_site_for_its_own_machine_is_not_opened_by_a_proxy_on_it() -> None:
    scope = await seen("::1", {"x-forwarded-for": "203.0.113.9", "x-forwarded-host": "localhost"})
    assert refusal(Caller.of(scope)) == "This app is served to its own machine only."
    forged = await seen("127.0.0.1", {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "localhost"})
    assert refusal(Caller.of(forged)) is not None


def test_what_is_no_address_is_refused() -> None:
    for text in ("", "*", "localhost", "10.0.0.0/99", "10.0.0.1/8"):
        with pytest.raises(ValueError, match=r"does not appear|has host bits"):
            networks(text)
