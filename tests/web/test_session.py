from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lazyflow.nodes.contract import Overrides
from lazyflow.runtime.contract import NodeStatus, Trouble
from lazyflow.spec.nodes import Control, LocalSpec, WebSpec
from lazyflow.spec.sampling import Sampling
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
        await self.until(until)

    async def until(self, until: Callable[[], bool]) -> None:
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


CONTROLS = (Control(node="chat", param="temperature"), Control(node="chat", param="system"))


def adjustable() -> FakeLive:
    chat = LocalSpec(name="chat", model="./m.gguf", system="Be kind.", sampling=Sampling(temperature=0.7))
    return FakeLive(WebSpec(name="web", target="chat", controls=CONTROLS, titles=False), chat=chat)


async def test_what_a_person_sets_holds_from_the_next_turn_on_and_stands_on_every_page() -> None:
    live = adjustable()
    rooms = rooms_of(live)
    page = await opened(live, rooms)
    assert page.last("look")["controls"]
    await page.says(lambda: page.has("end"), t="send", s="hi")
    other = await opened(live, rooms, page.last("snap")["c"])
    await page.says(lambda: page.has("controls"), t="controls")
    assert [item.get("value") for item in page.last("controls")["items"]] == [None, None]
    await page.says(lambda: other.has("set"), t="adjust", node="chat", param="temperature", value=0)
    assert other.last("set") | {"seq": 0} == {
        "t": "set", "node": "chat", "param": "temperature", "value": 0.0, "adjusted": True, "seq": 0,
    }  # fmt: skip
    await other.says(lambda: len(live.asked) == 2, t="send", s="again")
    assert [dict(ask.overrides) for ask in live.asked] == [{}, {"chat": Overrides(sampling=Sampling(temperature=0.0))}]
    kept = await rooms.kept.load("ann", page.last("snap")["c"])
    assert kept is not None
    assert kept.settings == {"chat": {"temperature": 0.0}}
    await page.says(lambda: not other.last("set")["adjusted"], t="adjust", node="chat", param="temperature")


async def test_a_value_that_the_widget_would_not_take_is_not_taken() -> None:
    live = adjustable()
    page = await opened(live, rooms_of(live))
    await page.says(lambda: page.has("set"), t="adjust", node="chat", param="temperature", value=1.5)
    for value in (9, "hot", True, [0.5], {"$gt": 0}, float("nan")):
        page.told.clear()
        await page.says(lambda: page.has("set"), t="adjust", node="chat", param="temperature", value=value)
        assert page.told[-1] == {"t": "set", "node": "chat", "param": "temperature", "value": 1.5}
    told = len(page.told)
    for node, param in (("chat", "top_p"), ("other", "temperature")):
        page.session.handle({"t": "adjust", "node": node, "param": param, "value": 0.5})
    await asyncio.sleep(0.02)
    assert len(page.told) == told


async def test_new_defaults_show_after_a_reload_and_leave_what_the_person_set() -> None:
    live = adjustable()
    page = await opened(live, rooms_of(live))
    await page.says(lambda: page.has("controls"), t="controls")
    await page.says(lambda: page.has("set"), t="adjust", node="chat", param="temperature", value=1.5)
    live.chat = LocalSpec(name="chat", model="./m.gguf", system="Be brief.", sampling=Sampling(temperature=0.2))
    live.tell()
    assert [(item["app"], item.get("value")) for item in page.last("controls")["items"]] == [
        (0.2, 1.5),
        ("Be brief.", None),
    ]
    live.change(controls=())
    assert page.last("controls")["items"] == []
    assert not page.last("look")["controls"]
    await page.says(lambda: len(live.asked) == 1, t="send", s="hi")
    assert live.asked[0].overrides == {}


async def test_nonsense_is_ignored() -> None:
    live = FakeLive()
    page = await opened(live, rooms_of(live))
    for nonsense in ({"t": "choose", "id": "no such"}, {"t": "regenerate", "id": "no"}, {"t": "stop"}, {"t": "x"}, 7):
        page.session.handle(nonsense)
    await asyncio.sleep(0.02)
    assert [message["t"] for message in page.told] == ["look", "snap"]


async def test_what_one_page_does_to_the_list_the_persons_other_pages_hear() -> None:
    live = FakeLive()
    rooms = rooms_of(live)
    page = await opened(live, rooms)
    await page.says(lambda: page.has("end"), t="send", s="hi")
    shown = page.last("snap")["c"]
    other, stranger = await opened(live, rooms), await opened(live, rooms, person="bob")
    await page.says(lambda: other.has("moved"), t="rename", c=shown, s="Mine")
    await page.says(lambda: other.has("gone"), t="delete", c=shown)
    assert other.last("gone")["c"] == shown
    other.told.clear()
    await page.says(lambda: other.has("moved"), t="delete", c=shown, undo=True)
    assert not other.has("gone")
    await page.says(lambda: page.last("list")["items"] != [], t="list", s="")
    assert not page.has("gone")
    assert {message["t"] for message in stranger.told} == {"look", "snap"}


async def test_a_message_in_one_conversation_moves_the_list_on_every_page_of_the_person() -> None:
    live = FakeLive()
    rooms = rooms_of(live)
    page, other = await opened(live, rooms), await opened(live, rooms)
    await page.says(lambda: page.has("end"), t="send", s="hi")
    assert [message["t"] for message in other.told].count("moved") == 2
    other.session.close()
    other.told.clear()
    await page.says(lambda: len(live.asked) == 2, t="send", s="again")
    assert other.told == []
