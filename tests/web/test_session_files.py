"""What is attached to a message, from the page to the app."""

from __future__ import annotations

from typing import Any

import pytest

from lazyflow.messages import File
from lazyflow.nodes.contract import TEXT_ALONE
from lazyflow.spec.nodes import Upload, WebSpec
from tests.web.fake_live import FakeLive
from tests.web.test_session import opened, rooms_of

NOTES = File("notes.txt", "text/plain", b"remember", "remember")
PICTURE = File("p.png", "image/png", b"...")


def taking(**limits: Any) -> FakeLive:
    return FakeLive(WebSpec(name="web", target="chat", history=("chat",), upload=Upload(**limits)))


async def test_what_is_attached_reaches_the_app_with_the_message_and_with_the_history() -> None:
    live = taking()
    rooms = rooms_of(live)
    await rooms.kept.keep_file("ann", "f1", NOTES)
    await rooms.kept.keep_file("ann", "f2", PICTURE)
    page = await opened(live, rooms)
    await page.until(lambda: page.has("upload"))
    assert page.last("upload")["takes"] == {"kinds": ["picture", "text"], "most": 20, "files": 10}
    await page.says(lambda: page.has("end"), t="send", s="", files=["f2", "f1"])
    told = page.last("add")["entries"][0]["files"]
    assert told[1] == {"id": "f1", "name": "notes.txt", "size": 8, "kind": "text"}
    assert (live.asked[0].message, live.asked[0].files) == ("", (PICTURE, NOTES))
    await page.says(lambda: len(live.asked) == 2, t="send", s="and?")
    assert live.asked[1].files == ()
    assert live.asked[1].history[0].files == (PICTURE, NOTES)
    again = await opened(live, rooms, page.last("snap")["c"])
    assert again.last("snap")["entries"][0]["files"] == told


async def test_an_edited_message_and_another_answer_have_the_files_too() -> None:
    live = taking()
    rooms = rooms_of(live)
    for name, file in (("f1", NOTES), ("f2", PICTURE)):
        await rooms.kept.keep_file("ann", name, file)
    page = await opened(live, rooms)
    await page.says(lambda: page.has("end"), t="send", s="look", files=["f1", "f2"])
    question, answer = (entry["id"] for entry in page.last("add")["entries"])
    await page.says(lambda: sum(told["t"] == "end" for told in page.told) == 2, t="regenerate", id=answer)
    assert live.asked[1].files == (NOTES, PICTURE)
    await page.says(lambda: len(live.asked) == 3, t="edit", id=question, s="look again", files=["f2"])
    assert live.asked[2].files == (PICTURE,)


@pytest.mark.parametrize(
    ("limits", "ids", "why"),
    [
        ({}, ["f1", "gone"], "A file is no longer there."),
        ({}, ["bobs"], "A file is no longer there."),
        ({"max_files": 1}, ["f1", "f2"], "A message may have no more files than 1."),
    ],
)
async def test_files_that_cannot_go_along_bring_the_message_back(
    limits: dict[str, int], ids: list[str], why: str
) -> None:
    live = taking(**limits)
    rooms = rooms_of(live)
    for person, name, file in (("ann", "f1", NOTES), ("ann", "f2", PICTURE), ("bob", "bobs", NOTES)):
        await rooms.kept.keep_file(person, name, file)
    page = await opened(live, rooms)
    await page.says(lambda: page.has("refused"), t="send", s="look", files=ids)
    refused = page.last("refused")
    assert (refused["s"], refused["files"], refused["message"]) == ("look", ids, why)
    assert live.asked == []
    assert await rooms.kept.recent("ann") == ()


async def test_what_the_app_no_longer_takes_is_not_sent() -> None:
    live = taking()
    rooms = rooms_of(live)
    await rooms.kept.keep_file("ann", "f2", PICTURE)
    page = await opened(live, rooms)
    live.taken = TEXT_ALONE
    live.tell()
    await page.until(lambda: page.last("upload")["takes"]["kinds"] == ["text"])
    await page.says(lambda: page.has("refused"), t="send", s="look", files=["f2"])
    live.change(upload=None)
    await page.until(lambda: page.last("upload")["takes"] is None)
    page.told.clear()
    await page.says(lambda: page.has("refused"), t="send", s="look", files=["f2"])
    assert live.asked == []
