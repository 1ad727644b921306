from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from lazyflow.web.files import Files, Folder

SCRIPT = "let a = 1\n" * 500


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text(SCRIPT)
    (tmp_path / "js" / "b.0123456789ab.bundle.js").write_text(SCRIPT)
    (tmp_path / "js" / "c.0123456789ab.font.woff2").write_bytes(b"\0font")
    (tmp_path / "js" / "a.py").write_text("secret")
    (tmp_path / "secret.js").write_text("secret")
    files = Files((Folder("/static/", tmp_path / "js"),))
    app = Starlette(routes=[Route("/static/{path:path}", files.serve)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_a_script_is_compressed_and_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/static/a.js?v=1", headers={"accept-encoding": "gzip"}) as answer:
        packed = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert gzip.decompress(packed).decode() == SCRIPT
    assert len(packed) < len(SCRIPT) / 10


async def test_a_bundle_has_its_hash_in_its_name_and_may_be_kept_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/static/b.0123456789ab.bundle.js")
    assert "immutable" in answer.headers["cache-control"]


async def test_a_font_is_packed_already(client: httpx.AsyncClient) -> None:
    answer = await client.get("/static/c.0123456789ab.font.woff2")
    assert (answer.content, answer.headers["content-type"]) == (b"\0font", "font/woff2")
    assert "immutable" in answer.headers["cache-control"]
    assert "content-encoding" not in answer.headers


async def test_who_does_not_understand_gzip_gets_it_plain(client: httpx.AsyncClient) -> None:
    answer = await client.get("/static/a.js", headers={"accept-encoding": "identity"})
    assert answer.text == SCRIPT
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["a.py", "no.js", "../secret.js", "%2e%2e/secret.js", "..%2fsecret.js", "//etc/passwd", ""]
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/static/{path}")).status_code == 404
