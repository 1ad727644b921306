from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lazyflow.runtime.contract import NodeStatus, Trouble
from lazyflow.store.conversation import Feedback
from lazyflow.store.in_memory import InMemory
from lazyflow.web.rooms import Rooms
from lazyflow.web.session import Session
from tests.web.fake_live import FakeLive


class Page:
    """What the script in the browser does, without the browser."""

    def __init__(self, live: FakeLive, rooms: Rooms, person: str = "ann") -> None:
        self.told: list[dict[str, Any]] = []
        self.session = Session(live, "web", rooms, person, self.told.append)

    async def says(self, until: Callable[[], bool], **data: Any) -> None:
        self.session.handle(data)
        for _ in range(500):
            if until():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(self.told)

    def last(self, kind: str) -> dict[str, Any]:
        return next(message for message in reversed(self.told) if message["t"] == kind)

    def has(self, kind: str) -> bool:
        return any(message["t"] == kind for message in self.told)


def rooms_of(live: FakeLive) -> Rooms:
    return Rooms(live, "web", InMemory())


async def opened(live: FakeLive, rooms: Rooms, conversation: str = "", person: str = "ann") -> Page:
    page = Page(live, rooms, person)
    await page.says(lambda: page.has("snap"), t="ready", c=conversation)
    return page


async def test_a_page_is_told_nothing_before_it_is_ready() -> None:
    live = FakeLive()
    page = Page(live, rooms_of(live))
    live.change(title="New")
    assert page.told == []
    await page.says(lambda: page.has("snap"), t="ready")
    assert [message["t"] for message in page.told] == ["look", "snap"]
    assert page.last("look")["title"] == "New"


async def test_a_change_that_shows_nothing_is_not_told() -> None:
    live = FakeLive()
    page = await opened(live, rooms_of(live))
    live.tell()
    assert len(page.told) == 2
    live.change(title="New")
    live.nodes = {"chat": NodeStatus(state="loading", stage="reading", fraction=0.5)}
    live.tell()
    assert page.told[-2]["title"] == "New"
    assert page.told[-1]["nodes"][0]["fraction"] == 0.5


async def test_trouble_is_told_and_cleared() -> None:
    live = FakeLive()
    page = await opened(live, rooms_of(live))
    live.trouble = Trouble(restart=("web.port",))
    live.tell()
    assert page.told[-1]["trouble"]["restart"] == ["web.port"]
    live.trouble = Trouble()
    live.tell()
    assert page.told[-1]["trouble"] is None


async def test_two_pages_of_one_person_share_a_conversation_and_others_do_not_see_it() -> None:
    live = FakeLive()
    rooms = rooms_of(live)
    first = await opened(live, rooms)
    await first.says(lambda: first.has("end"), t="send", s="hi")
    conversation = first.last("snap")["c"]
    second = await opened(live, rooms, conversation)
    assert [entry["text"] for entry in second.last("snap")["entries"]] == ["hi", "You said: hi"]
    stranger = await opened(live, rooms, conversation, person="bob")
    assert stranger.last("snap")["entries"] == []
    await second.says(lambda: sum(message["t"] == "end" for message in first.told) == 2, t="send", s="more")


async def test_a_conversation_outlives_its_pages() -> None:
    live = FakeLive()
    rooms = rooms_of(live)
    page = await opened(live, rooms)
    await page.says(lambda: page.has("end"), t="send", s="hi")
    conversation = page.last("snap")["c"]
    page.session.close()
    again = await opened(live, rooms, conversation)
    assert len(again.last("snap")["entries"]) == 2


async def test_a_closed_page_is_forgotten() -> None:
    live = FakeLive()
    page = await opened(live, rooms_of(live))
    page.session.close()
    told = len(page.told)
    live.change(title="New")
    assert live.listeners == []
    assert len(page.told) == told


async def test_a_new_conversation_begins_empty() -> None:
    live = FakeLive()
    page = await opened(live, rooms_of(live))
    await page.says(lambda: page.has("end"), t="send", s="hi")
    old = page.last("snap")["c"]
    await page.says(lambda: page.last("snap")["c"] != old, t="new")
    assert page.last("snap")["entries"] == []


async def test_a_message_while_a_reply_runs_comes_back() -> None:
    live = FakeLive(script=lambda _: [1.0])
    page = await opened(live, rooms_of(live))
    await page.says(lambda: page.has("add"), t="send", s="one")
    await page.says(lambda: page.has("refused"), t="send", s="two")
    assert page.last("refused")["s"] == "two"
    await page.says(lambda: page.has("end"), t="stop")


async def test_what_a_person_thinks_of_a_reply_is_kept_and_shown_on_every_page() -> None:
    live = FakeLive()
    rooms = rooms_of(live)
    page = await opened(live, rooms)
    await page.says(lambda: page.has("end"), t="send", s="hi")
    conversation, reply = page.last("snap")["c"], page.last("end")["id"]
    other = await opened(live, rooms, conversation)
    await page.says(lambda: page.has("more"), t="judge", id=reply, good=False, note="too short")
    for told in (page.last("more"), other.last("more")):
        assert told["entry"]["feedback"] == {"good": False, "note": "too short"}
        assert told["entry"]["text"] == ""
    kept = await rooms.kept.load("ann", conversation)
    assert kept is not None
    assert (kept.entries[reply].text, kept.entries[reply].feedback) == (
        "You said: hi",
        Feedback(good=False, note="too short"),
    )
    await page.says(lambda: "feedback" not in other.last("more")["entry"], t="judge", id=reply)


async def test_only_replies_that_are_shown_can_be_judged() -> None:
    live = FakeLive()
    page = await opened(live, rooms_of(live))
    await page.says(lambda: page.has("end"), t="send", s="hi")
    first = page.last("end")["id"]
    await page.says(lambda: page.last("end")["id"] != first, t="regenerate", id=first)
    question = next(message for message in page.told if message["t"] == "add")["entries"][0]["id"]
    for nobody in (first, question, "no such"):
        page.session.handle({"t": "judge", "id": nobody, "good": True})
    await asyncio.sleep(0.02)
    assert not page.has("more")


async def test_nonsense_is_ignored() -> None:
    live = FakeLive()
    page = await opened(live, rooms_of(live))
    for nonsense in ({"t": "choose", "id": "no such"}, {"t": "regenerate", "id": "no"}, {"t": "stop"}, {"t": "x"}, 7):
        page.session.handle(nonsense)
    await asyncio.sleep(0.02)
    assert [message["t"] for message in page.told] == ["look", "snap"]
