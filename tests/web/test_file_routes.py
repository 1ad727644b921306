"""Files over HTTP, as the page and as somebody who means ill asks for them."""

from __future__ import annotations

import asyncio
import gc
import time
from itertools import pairwise
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from lazyflow.nodes.contract import TEXT_ALONE
from lazyflow.server.access import Gate, LoopbackOnly
from lazyflow.server.security_headers import SecurityHeaders
from lazyflow.spec.nodes import Upload, WebSpec
from lazyflow.store.conversations import StoreUnavailable
from lazyflow.store.in_memory import InMemory
from lazyflow.web.file_routes import mount_file_routes
from tests.uploads.pdfs import pdf
from tests.web.fake_live import FakeLive

PNG = b"\x89PNG\r\n\x1a\n..."
WEB = WebSpec(name="web", target="chat", upload=Upload(max_mb=1, max_files=2))


def served(live: FakeLive, store: InMemory) -> httpx.AsyncClient:
    server = FastAPI()
    mount_file_routes(server, live, "web", store, lambda headers, _: headers.get("person", "ann"))
    transport = httpx.ASGITransport(SecurityHeaders(Gate(server, LoopbackOnly())))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.fixture
def live() -> FakeLive:
    return FakeLive(WEB)


@pytest.fixture
def client(live: FakeLive) -> httpx.AsyncClient:
    return served(live, InMemory())


async def bring(client: httpx.AsyncClient, name: str, data: bytes, **headers: str) -> httpx.Response:
    return await client.post("/files", content=data, headers={"x-file-name": quote(name), **headers})


async def test_a_file_is_taken_and_given_back_to_its_owner_alone(client: httpx.AsyncClient) -> None:
    done = await bring(client, "größe.csv", b"a,b")
    assert done.status_code == 201
    told = done.json()
    assert told | {"id": ""} == {"id": "", "name": "größe.csv", "size": 3, "kind": "text"}
    back = await client.get(f"/files/{told['id']}")
    assert (back.status_code, back.content) == (200, b"a,b")
    for other in (await client.get(f"/files/{told['id']}", headers={"person": "bob"}), await client.get("/files/none")):
        assert (other.status_code, other.text) == (404, "There is no such file.")


@pytest.mark.parametrize(
    ("name", "data", "kind", "shown"),
    [
        ("p.png", PNG, "image/png", "inline"),
        ("p.html", PNG, "image/png", "inline"),
        ("a.html", b"<script>alert(1)</script>", "text/plain; charset=utf-8", "attachment"),
        ("a.svg", b"<svg onload='alert(1)'/>", "text/plain; charset=utf-8", "attachment"),
        ("a.pdf", pdf("Hello"), "application/pdf", "attachment"),
        ("a.js", b"alert(1)", "text/plain; charset=utf-8", "attachment"),
    ],
)
async def test_no_browser_runs_what_a_file_holds(
    client: httpx.AsyncClient, name: str, data: bytes, kind: str, shown: str
) -> None:
    told = (await bring(client, name, data)).json()
    back = (await client.get(f"/files/{told['id']}")).headers
    assert back["content-type"] == kind
    assert back["content-disposition"] == f"{shown}; filename*=UTF-8''{quote(name)}"
    assert back["content-security-policy"] == "default-src 'none'; sandbox"
    assert back["x-content-type-options"] == "nosniff"
    assert back["cross-origin-resource-policy"] == "same-origin"
    assert back["cache-control"] == "private, no-cache"


async def test_a_name_stays_within_its_header(client: httpx.AsyncClient) -> None:
    told = (await bring(client, 'a"; filename=evil.exe\r\nSet-Cookie: x=1\r\n\r\n/../b.txt', b"x")).json()
    assert told["name"] == "b.txt"
    told = (await bring(client, "a\"; x='é\r\nSet-Cookie: x=1.txt", b"x")).json()
    back = (await client.get(f"/files/{told['id']}")).headers
    assert "set-cookie" not in back
    assert '"' not in back["content-disposition"]


async def test_a_known_file_is_not_sent_again_and_still_only_to_its_owner(client: httpx.AsyncClient) -> None:
    id = (await bring(client, "p.png", PNG)).json()["id"]  # noqa: A001 - its name
    tag = (await client.get(f"/files/{id}")).headers["etag"]
    assert (await client.get(f"/files/{id}", headers={"if-none-match": tag})).status_code == 304
    assert (await client.get(f"/files/{id}", headers={"if-none-match": tag, "person": "bob"})).status_code == 404


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"x" * 1_000_001, "large"), (b"", "empty"), (b"\x00\x01", "unknown"), (b"%PDF-1.4", "damaged")],
)
async def test_what_is_not_taken_is_refused_in_words(client: httpx.AsyncClient, data: bytes, reason: str) -> None:
    done = await bring(client, "a.bin", data)
    assert done.status_code == 422
    assert done.json()["reason"] == reason
    assert done.json()["message"]
    assert done.json()["help"]


async def test_a_kind_that_nobody_reads_is_refused_before_anything_is_kept(
    live: FakeLive, client: httpx.AsyncClient
) -> None:
    live.taken = TEXT_ALONE
    done = await bring(client, "p.png", PNG)
    assert (done.status_code, done.json()["reason"]) == (422, "kind")
    assert done.json()["message"] == "p.png is not taken: 'chat' reads no pictures."


async def test_an_app_without_upload_takes_nothing(live: FakeLive, client: httpx.AsyncClient) -> None:
    live.change(upload=None)
    assert (await bring(client, "a.txt", b"x")).status_code == 422


async def test_a_file_is_dropped_by_its_owner_alone(client: httpx.AsyncClient) -> None:
    id = (await bring(client, "a.txt", b"x")).json()["id"]  # noqa: A001 - its name
    await client.delete(f"/files/{id}", headers={"person": "bob"})
    assert (await client.get(f"/files/{id}")).status_code == 200
    assert (await client.delete(f"/files/{id}")).status_code == 204
    assert (await client.get(f"/files/{id}")).status_code == 404


async def test_pages_of_other_sites_bring_and_get_nothing(client: httpx.AsyncClient) -> None:
    id = (await bring(client, "a.txt", b"x")).json()["id"]  # noqa: A001 - its name
    foreign = {"origin": "http://elsewhere.invalid"}
    assert (await bring(client, "a.txt", b"x", **foreign)).status_code == 403
    assert (await client.get(f"/files/{id}", headers=foreign)).status_code == 403
    assert (await client.delete(f"/files/{id}", headers=foreign)).status_code == 403
    assert (await client.get(f"/files/{id}")).status_code == 200


async def test_the_event_loop_stays_free_while_a_pdf_is_read(client: httpx.AsyncClient) -> None:
    large = pdf(*("word " * 200 for _ in range(160)))
    bringing = asyncio.create_task(bring(client, "a.pdf", large))
    # A full collection of all that a test run holds takes longer than the file.
    gc.disable()
    beats = [time.monotonic()]
    while not bringing.done():
        await asyncio.sleep(0)
        beats.append(time.monotonic())
    gc.enable()
    assert bringing.result().status_code == 201
    # Held up by the file, the loop would stand still for nearly all of the time.
    assert max(later - beat for beat, later in pairwise(beats)) < (beats[-1] - beats[0]) / 2


async def test_one_persons_files_have_an_end_and_another_still_has_room(live: FakeLive) -> None:
    live.change(upload=Upload(max_mb=1, max_total_mb=0.000_005))
    client = served(live, InMemory())
    first = await bring(client, "a.txt", b"abc")
    assert first.status_code == 201
    assert (await bring(client, "again.txt", b"abc")).status_code == 201
    full = await bring(client, "b.txt", b"def")
    assert (full.status_code, full.json()["reason"], full.json()["most"]) == (422, "full", 0.000_005)
    assert full.json()["message"].startswith("There is no room for b.txt")
    assert (await bring(client, "b.txt", b"def", person="bob")).status_code == 201


async def test_a_store_that_fails_is_told(live: FakeLive) -> None:
    class Full(InMemory):
        async def keep_file(self, person: str, id: str, file: object, most: float = 0) -> None:  # noqa: A002, ARG002 - the protocol's
            raise StoreUnavailable("The disk is full.", "Free some space.")

    done = await bring(served(live, Full()), "a.txt", b"x")
    assert (done.status_code, done.json()["message"]) == (503, "The disk is full.")
