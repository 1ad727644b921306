from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lazyflow.errors import LazyflowError
from lazyflow.messages import Role
from lazyflow.nodes.events import Failure, Text, Thinking
from lazyflow.runtime.contract import Ask
from lazyflow.store.conversation import Conversation
from lazyflow.store.in_memory import InMemory
from lazyflow.web.room import Room
from tests.web.fake_live import Beat, FakeLive


class Told:
    """A page that only listens."""

    def __init__(self, room: Room) -> None:
        self.messages: list[dict[str, Any]] = []
        room.join(self.messages.append)

    @property
    def text(self) -> str:
        return "".join(message["s"] for message in self.messages if message["t"] == "text")


def room_of(live: FakeLive) -> Room:
    return Room(live, "web", InMemory(), Conversation(id="c1", person="ann"))


def say(room: Room, text: str, *, use_context: bool = True) -> bool:
    path = room.conversation.path()
    return room.say(text, use_context=use_context, parent=path[-1].id if path else None)


async def idle(room: Room) -> None:
    deadline = asyncio.get_running_loop().time() + 5
    while room.busy:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.001)


def texts(room: Room) -> list[str]:
    return [entry.text for entry in room.conversation.path()]


async def test_an_answer_reaches_every_page_in_numbered_messages() -> None:
    room = room_of(FakeLive(script=lambda _: [Text("Hel"), Text("lo")]))
    first, second = Told(room), Told(room)
    say(room, "hi")
    await idle(room)
    assert first.text == second.text == "Hello"
    numbers = [message["seq"] for message in first.messages]
    assert numbers == list(range(1, len(numbers) + 1))
    assert texts(room) == ["hi", "Hello"]


async def test_pieces_are_gathered_so_that_a_fast_model_does_not_flood_the_page() -> None:
    script: list[Beat] = [beat for _ in range(100) for beat in (Text("x"), 0.001)]
    room = room_of(FakeLive(script=lambda _: script))
    told = Told(room)
    say(room, "hi")
    await idle(room)
    assert told.text == "x" * 100
    assert sum(message["t"] == "text" for message in told.messages) < 20


async def test_the_model_is_told_what_was_said_before_and_by_whom() -> None:
    live = FakeLive()
    room = room_of(live)
    say(room, "My name is Ada")
    await idle(room)
    say(room, "What is my name?", use_context=False)
    await idle(room)
    assert live.asked[0].history == ()
    assert [(message.role, message.text) for message in live.asked[1].history] == [
        (Role.USER, "My name is Ada"),
        (Role.ASSISTANT, "You said: My name is Ada"),
    ]
    assert [ask.use_context for ask in live.asked] == [True, False]
    assert {(ask.person, ask.conversation, ask.web, ask.entry) for ask in live.asked} == {("ann", "c1", "web", "chat")}


async def test_a_second_message_while_a_reply_runs_is_refused() -> None:
    room = room_of(FakeLive(script=lambda _: [Text("a"), 1.0]))
    assert say(room, "one")
    assert not say(room, "two")
    room.stop()


async def test_stop_ends_the_reply_at_once_and_keeps_what_was_said() -> None:
    live = FakeLive(script=lambda _: [Text("so far"), 60.0, Text("never")])
    room = room_of(live)
    told = Told(room)
    say(room, "hi")
    await asyncio.sleep(0.01)
    room.stop()
    assert not room.busy
    assert told.messages[-1]["t"] == "end"
    assert told.messages[-1]["entry"]["state"] == "stopped"
    assert texts(room) == ["hi", "so far"]
    await asyncio.sleep(0.01)
    assert (live.closed, live.leases) == (1, 0)


def answer_or(error: BaseException | Failure) -> Any:
    def script(ask: Ask) -> list[Beat]:
        if ask.message != "fail":
            return [Text("fine")]
        if isinstance(error, Failure):
            return [error]
        raise error

    return script


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Failure(("chat",), "No answer in time.", "Try again."), "No answer in time."),
        (LazyflowError("The model is gone.", "Try again."), "The model is gone."),
    ],
)
async def test_an_error_is_told_and_the_conversation_goes_on_without_it(
    error: LazyflowError | Failure, message: str
) -> None:
    live = FakeLive(script=answer_or(error))
    room = room_of(live)
    told = Told(room)
    say(room, "fail")
    await idle(room)
    assert told.messages[-1]["entry"]["failure"]["message"] == message
    say(room, "again")
    await idle(room)
    assert live.asked[-1].history == ()
    assert texts(room) == ["fail", "", "again", "fine"]


async def test_an_internal_error_shows_no_details(caplog: pytest.LogCaptureFixture) -> None:
    room = room_of(FakeLive(script=answer_or(RuntimeError("secret path /etc"))))
    told = Told(room)
    say(room, "fail")
    await idle(room)
    assert "secret" not in str(told.messages)
    assert "secret path" in caplog.text


async def test_a_snapshot_in_the_middle_of_a_reply_and_what_follows_give_the_whole_text() -> None:
    room = room_of(FakeLive(script=lambda _: [Text("one "), 0.02, Text("two "), 0.2, Text("three")]))
    say(room, "hi")
    await asyncio.sleep(0.1)
    snapshot = room.snapshot()
    told = Told(room)
    await idle(room)
    assert snapshot["busy"]
    assert snapshot["entries"][-1]["text"] + told.text == "one two three"
    assert told.messages[0]["seq"] == snapshot["seq"] + 1


async def test_an_edited_message_is_a_branch_and_the_other_one_can_be_shown_again() -> None:
    live = FakeLive()
    room = room_of(live)
    say(room, "first")
    await idle(room)
    say(room, "second")
    await idle(room)
    original = room.conversation.path()[2]
    room.say("second, edited", use_context=True, parent=original.parent)
    await idle(room)
    assert texts(room) == ["first", "You said: first", "second, edited", "You said: second, edited"]
    assert len(live.asked[-1].history) == 2
    assert len(room.snapshot()["entries"][2]["branches"]) == 2
    room.choose(original.id)
    assert texts(room)[2:] == ["second", "You said: second"]


async def test_another_answer_stands_beside_the_first() -> None:
    room = room_of(FakeLive())
    say(room, "hi")
    await idle(room)
    reply = room.conversation.path()[1]
    assert room.answer_again(reply.id)
    await idle(room)
    assert room.conversation.branches(room.conversation.path()[1])[0] == reply.id
    assert not room.answer_again("no such message")


async def test_a_page_that_does_not_stream_gets_the_answer_at_its_end() -> None:
    live = FakeLive(script=lambda _: [Text("a"), 0.1, Text("b")])
    live.change(stream=False)
    room = room_of(live)
    told = Told(room)
    say(room, "hi")
    await asyncio.sleep(0.08)
    assert told.text == ""
    await idle(room)
    assert told.text == "ab"


async def test_thinking_is_kept_apart_from_the_answer() -> None:
    room = room_of(FakeLive(script=lambda _: [Thinking("hm"), 0.01, Text("yes")]))
    say(room, "hi")
    await idle(room)
    reply = room.conversation.path()[1]
    assert (reply.thinking, reply.text) == ("hm", "yes")
    assert reply.thinking_seconds is not None
    assert room.conversation.history_before(reply) == ()
