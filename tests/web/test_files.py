from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from lazyflow.web.files import Files, Folder

SCRIPT = "let a = 1\n" * 500


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.js").write_text(SCRIPT)
    (tmp_path / "js" / "a.py").write_text("secret")
    (tmp_path / "secret.js").write_text("secret")
    files = Files((Folder("/static/", tmp_path / "js"),))
    return TestClient(Starlette(routes=[Route("/static/{path:path}", files.serve)]))


def test_a_script_is_compressed_and_may_be_kept_for_ever(client: TestClient) -> None:
    with client.stream("GET", "/static/a.js?v=1", headers={"accept-encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert gzip.decompress(packed).decode() == SCRIPT
    assert len(packed) < len(SCRIPT) / 10


def test_who_does_not_understand_gzip_gets_it_plain(client: TestClient) -> None:
    answer = client.get("/static/a.js", headers={"accept-encoding": "identity"})
    assert answer.text == SCRIPT
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["a.py", "no.js", "../secret.js", "%2e%2e/secret.js", "..%2fsecret.js", "//etc/passwd", ""]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404
