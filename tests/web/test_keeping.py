from __future__ import annotations

import asyncio

import pytest

from lazyflow.messages import Role
from lazyflow.nodes.events import Request, Text
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.conversations import StoreUnavailable
from lazyflow.store.in_memory import InMemory
from lazyflow.web.room import Room
from lazyflow.web.rooms import Rooms
from tests.web.fake_live import FakeLive


class HeldStore(InMemory):
    """Finishes a save when the test says so, or fails it."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: list[Entry] = []
        self.open = asyncio.Event()
        self.error: Exception | None = None

    def save(
        self, conversation: Conversation, entry: Entry, requests: tuple[Request, ...] = ()
    ) -> asyncio.Future[None]:
        super().save(conversation, entry, requests)
        self.saved.append(entry)
        return asyncio.ensure_future(self._finish())

    async def _finish(self) -> None:
        await self.open.wait()
        if self.error is not None:
            raise self.error


def room_of(live: FakeLive, store: InMemory) -> Room:
    return Room(live, "web", store, Conversation(id="c1", person="ann"))


async def idle(room: Room) -> None:
    deadline = asyncio.get_running_loop().time() + 5
    while room.busy:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.001)


async def test_what_a_person_typed_is_stored_before_it_is_answered() -> None:
    live, store = FakeLive(), HeldStore()
    room = room_of(live, store)
    room.say("hi", use_context=True, parent=None)
    await asyncio.sleep(0.02)
    assert [(entry.text, entry.state) for entry in store.saved] == [("hi", "done"), ("", "running")]
    assert live.asked == []
    store.open.set()
    await idle(room)
    assert live.asked[0].message == "hi"
    assert (store.saved[-1].text, store.saved[-1].state) == ("You said: hi", "done")


async def test_a_growing_reply_is_stored_each_second_and_at_its_end() -> None:
    store = HeldStore()
    store.open.set()
    room = room_of(FakeLive(script=lambda _: [Text("one "), 0.6, Text("two "), 0.6, Text("three")]), store)
    room.say("hi", use_context=True, parent=None)
    await idle(room)
    assert [entry.text for entry in store.saved[1:]] == ["", "one ", "one two ", "one two three"]


async def test_a_store_that_fails_is_told_once_and_the_answer_comes_all_the_same() -> None:
    store = HeldStore()
    store.open.set()
    store.error = StoreUnavailable("The disk is full.", "Free some space.")
    room = room_of(FakeLive(), store)
    room.say("hi", use_context=True, parent=None)
    await idle(room)
    reply = room.conversation.path()[1]
    assert (reply.text, reply.notices) == ("You said: hi", ("The disk is full. Free some space.",))


async def test_a_reply_that_ends_with_the_process_is_interrupted() -> None:
    store = HeldStore()
    store.open.set()
    room = room_of(FakeLive(script=lambda _: [Text("so far"), 60.0]), store)
    room.say("hi", use_context=True, parent=None)
    await asyncio.sleep(0.02)
    assert room._task is not None
    room._task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await room._task
    assert (store.saved[-1].text, store.saved[-1].state) == ("so far", "interrupted")


async def test_two_pages_that_open_a_conversation_at_once_share_its_room() -> None:
    store = InMemory()
    await store.save(Conversation(id="c1", person="ann"), Entry(id="e", parent=None, role=Role.USER))
    rooms = Rooms(FakeLive(), "web", store)
    first, second = await asyncio.gather(rooms.enter("ann", "c1"), rooms.enter("ann", "c1"))
    assert first is second
    assert (await rooms.enter("bob", "c1")).conversation.entries == {}
