from __future__ import annotations

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from lazyflow.server.root_path import ROOT_PATH, RootPath


async def where(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - an ASGI app's signature
    """An app that says which path it was asked for."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(RootPath(where, "/chat")), base_url="http://site")


@pytest.mark.parametrize(
    ("asked", "inner"),
    [
        ("/chat/", "/"),
        ("/chat/v1/models", "/v1/models"),
        ("/v1/models", "/v1/models"),
        ("/chatter", "/chatter"),
        ("/chat/chat/", "/chat/"),
    ],
)
async def test_the_root_path_is_taken_off_where_the_proxy_has_not(asked: str, inner: str) -> None:
    async with client() as http:
        assert (await http.get(asked)).text == inner


async def test_without_its_slash_the_address_of_the_page_is_mended() -> None:
    async with client() as http:
        answer = await http.get("/chat?c=1")
    assert (answer.status_code, answer.headers["location"]) == (308, "/chat/?c=1")


@pytest.mark.parametrize("path", ["chat", "/", "//evil.example", "/a//b", "/a/../b", '/"><script>', "/a\r\nb", "/a;b"])
def test_only_a_plain_path_is_one(path: str) -> None:
    assert ROOT_PATH.fullmatch(path) is None
    assert ROOT_PATH.fullmatch("/chat/of-us_1.0")
