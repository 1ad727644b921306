from __future__ import annotations

from dataclasses import replace
from math import inf

import httpx
import pytest
from fastapi import FastAPI

from lazyflow.messages import File
from lazyflow.store.export import to_json
from lazyflow.store.files import attachment_of
from lazyflow.store.in_memory import InMemory
from lazyflow.store.summary import Summary
from lazyflow.web.transfer import LARGEST, LARGEST_FILES, mount_transfer
from tests.store.kept import answered, asked, empty, keep


@pytest.fixture
def store() -> InMemory:
    return InMemory()


def page(store: InMemory, most: float = inf) -> httpx.AsyncClient:
    server = FastAPI()
    mount_transfer(server, store, lambda headers, _: headers.get("person", "ann"), most=lambda: most)
    return httpx.AsyncClient(transport=httpx.ASGITransport(server), base_url="http://page")


@pytest.fixture
def client(store: InMemory) -> httpx.AsyncClient:
    return page(store)


async def test_a_conversation_is_downloaded_under_its_title(client: httpx.AsyncClient, store: InMemory) -> None:
    await keep(store, empty(), asked("q", "Größe: 1/2?\r\nX-Evil: 1"), answered("a", "Half.", "q"))
    done = await client.get("/conversations/c1.md")
    assert done.text.endswith("## Assistant\n\nHalf.\n")
    assert done.headers["content-disposition"] == "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201%202.md"
    assert done.headers["content-type"] == "text/markdown; charset=utf-8"


async def test_nobody_downloads_what_is_another_persons(client: httpx.AsyncClient, store: InMemory) -> None:
    await keep(store, empty(), asked("q", "secret"))
    for path in ("/conversations/c1.md", "/conversations/c1.json"):
        done = await client.get(path, headers={"person": "bob"})
        assert (done.status_code, "secret" in done.text) == (404, False)
    assert (await client.get("/conversations/c1.exe")).status_code == 404


async def test_what_was_downloaded_can_be_brought_to_another_person(client: httpx.AsyncClient, store: InMemory) -> None:
    await keep(store, empty(), asked("q", "hi"), answered("a", "ho", "q"))
    file = (await client.get("/conversations/c1.json")).content
    done = await client.post("/conversations", content=file, headers={"person": "bob"})
    assert done.json() == {"imported": 1, "skipped": 0, "left_out": 0}
    (summary,) = await store.recent("bob")
    told = await store.load("bob", summary.id)
    assert told is not None
    assert [entry.text for entry in told.path()] == ["hi", "ho"]


async def test_attached_files_go_along_as_far_as_an_import_takes_them(
    client: httpx.AsyncClient, store: InMemory
) -> None:
    small, large = File("a.txt", "text/plain", b"a", "a"), File("b.txt", "text/plain", b"b" * (LARGEST_FILES + 1), "b")
    for name, file in (("f1", large), ("f2", small)):
        await store.keep_file("ann", name, file)
    files = (attachment_of("f1", large), attachment_of("f2", small))
    await keep(store, empty(), replace(asked("q", "hi"), files=files))
    whole = (await client.get("/conversations/c1.json")).content
    done = await client.post("/conversations", content=whole, headers={"person": "bob"})
    assert done.json() == {"imported": 1, "skipped": 0, "left_out": 1}
    told = await store.load("bob", (await store.recent("bob"))[0].id)
    assert told is not None
    (question,) = told.path()
    assert [file.name for file in question.files] == ["a.txt"]
    assert await store.files("bob", [question.files[0].id]) == {question.files[0].id: small}


async def test_a_file_that_is_no_export_or_too_large_is_refused_in_words(client: httpx.AsyncClient) -> None:
    done = await client.post("/conversations", content=b"no json")
    assert (done.status_code, done.json()["help"][:6]) == (422, "Choose")
    done = await client.post("/conversations", content=b" " * (LARGEST + 1))
    assert done.status_code == 413


async def test_an_import_whose_files_find_no_room_leaves_nothing_behind(store: InMemory) -> None:
    files = {name: File(f"{name}.txt", "text/plain", name.encode() * 20, name * 20) for name in ("f1", "f2", "f3")}
    attached = tuple(attachment_of(*one) for one in files.items())
    line = Summary(id="c1", title="t", created=1.0, updated=1.0)
    whole = to_json([(line, empty().with_entry(replace(asked("q", "hi"), files=attached)))], files)
    done = await page(store, 100).post("/conversations", content=whole)
    assert (done.status_code, done.json()["message"][:28]) == (422, "There is no room for f3.txt:")
    assert await store.recent("ann") == ()
    # The two that came first take no room any more.
    assert (await page(store, 120).post("/conversations", content=whole)).json()["imported"] == 1
    assert (await page(store, 120).post("/conversations", content=whole)).json()["imported"] == 1
