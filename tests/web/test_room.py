from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from lazyflow.errors import LazyflowError
from lazyflow.messages import Role
from lazyflow.nodes.events import Failure, Notice, Text, Thinking, Usage
from lazyflow.runtime.contract import Ask
from lazyflow.store.conversation import Conversation
from lazyflow.store.conversations import StoreUnavailable
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


async def idle(room: Room, seconds: float = 5) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
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


async def test_a_message_deep_in_a_branch_that_is_not_shown_is_shown_with_its_way() -> None:
    room = room_of(FakeLive())
    for text in ("first", "second"):
        say(room, text)
        await idle(room)
    deep = room.conversation.path()[-1]
    room.say("another beginning", use_context=True, parent=None)
    await idle(room)
    assert texts(room) == ["another beginning", "You said: another beginning"]
    room.choose(deep.id)
    assert texts(room) == ["first", "You said: first", "second", "You said: second"]


async def test_another_answer_stands_beside_the_first() -> None:
    room = room_of(FakeLive())
    say(room, "hi")
    await idle(room)
    reply = room.conversation.path()[1]
    assert room.answer_again(reply.id)
    await idle(room)
    assert room.conversation.branches(room.conversation.path()[1])[0] == reply.id
    assert not room.answer_again("no such message")


async def test_a_question_is_answered_again_by_another_model_and_then_by_the_same() -> None:
    live = FakeLive(models=("second",))
    room = room_of(live)
    say(room, "hi")
    await idle(room)
    first = room.conversation.path()[1]
    assert not room.answer_again(first.id, "no such node")
    for _ in range(2):
        assert room.answer_again(room.conversation.path()[1].id, "" if len(live.asked) > 1 else "second")
        await idle(room)
    assert [(ask.entry, ask.web, ask.use_context) for ask in live.asked] == [
        ("chat", "web", True),
        ("second", None, True),
        ("second", None, True),
    ]
    assert [entry.node for entry in room.conversation.entries.values()] == ["", "", "second", "second"]
    assert room.answer_again(first.id)
    await idle(room)
    assert live.asked[-1].entry == "chat"


async def test_a_page_that_passes_no_conversation_passes_none_to_another_model() -> None:
    live = FakeLive(models=("second",))
    live.change(history=())
    room = room_of(live)
    say(room, "hi")
    await idle(room)
    room.answer_again(room.conversation.path()[1].id, "second")
    await idle(room)
    assert not live.asked[-1].use_context


def told_of(room: Room) -> tuple[str, str]:
    reply = room.conversation.path()[-1]
    return reply.text, reply.state


async def test_a_model_goes_on_with_a_reply_that_was_stopped() -> None:
    live = FakeLive(script=lambda ask: [Text(" and on")] if ask.begun else [Text("So far"), 60.0], models=("second",))
    live.change(target="second")
    room = room_of(live)
    told = Told(room)
    say(room, "hi")
    await asyncio.sleep(0.1)
    room.stop()
    reply = room.conversation.path()[-1].id
    assert await room.go_on(reply)
    assert told.messages[-1]["t"] == "snap"
    assert told.messages[-1]["entries"][-1]["text"] == "So far"
    await idle(room)
    assert told.messages[-1]["id"] == reply
    assert told_of(room) == ("So far and on", "done")
    assert [ask.begun for ask in live.asked] == ["", "So far"]
    assert live.asked[1].history == ()
    assert len(room.conversation.entries) == 2


async def test_a_reply_cut_by_its_limit_is_gone_on_with_and_the_tokens_add_up() -> None:
    cut = Usage(("second",), "m", completion_tokens=3, finish_reason="length")
    live = FakeLive(
        script=lambda ask: [Text("!"), replace(cut, finish_reason="stop")] if ask.begun else [Text("a"), cut],
        models=("second",),
    )
    live.change(target="second")
    room = room_of(live)
    say(room, "hi")
    await idle(room)
    assert room.conversation.path()[-1].broken_off
    assert await room.go_on(room.conversation.path()[-1].id)
    await idle(room)
    assert told_of(room) == ("a!", "done")
    assert not room.conversation.path()[-1].broken_off
    assert room.snapshot()["entries"][-1]["usage"]["tokens"] == 6


async def test_a_function_answers_anew_and_the_page_is_told_where_it_differs() -> None:
    live = FakeLive(script=lambda _: [Text("So far"), 60.0])
    room = room_of(live)
    say(room, "hi")
    await asyncio.sleep(0.05)
    room.stop()
    live.script = lambda _: [Text("So "), 0.1, Text("what?")]
    told = Told(room)
    assert await room.go_on(room.conversation.path()[-1].id)
    await asyncio.sleep(0.08)
    assert room.snapshot()["entries"][-1]["text"] == "So far"
    await idle(room)
    assert live.asked[-1].begun == ""
    assert told_of(room) == ("So what?", "done")
    assert told.messages[-2]["t"] == "snap"
    assert told.messages[-2]["entries"][-1]["text"] == "So what?"


async def test_only_the_last_reply_and_only_one_that_broke_off_is_gone_on_with() -> None:
    room = room_of(FakeLive(script=lambda ask: [Text("a"), 60.0] if ask.message == "one" else [Text("b")]))
    say(room, "one")
    await asyncio.sleep(0.02)
    room.stop()
    first = room.conversation.path()[-1].id
    say(room, "two")
    await idle(room)
    for nothing in (first, room.conversation.path()[-1].id, room.conversation.path()[0].id, "no such"):
        assert not await room.go_on(nothing)


async def test_a_page_that_does_not_stream_keeps_what_stands_while_it_is_gone_on_with() -> None:
    live = FakeLive(script=lambda ask: [0.05, Text("!")] if ask.begun else [Text("a"), 60.0], models=("second",))
    live.change(target="second", stream=False)
    room = room_of(live)
    say(room, "hi")
    await asyncio.sleep(0.02)
    room.stop()
    await room.go_on(room.conversation.path()[-1].id)
    told = Told(room)
    assert room.snapshot()["entries"][-1]["text"] == "a"
    await idle(room)
    assert told.text == "!"


async def test_a_removed_message_is_gone_from_every_page_and_comes_back() -> None:
    live = FakeLive()
    kept = InMemory()
    room = Room(live, "web", kept, Conversation(id="c1", person="ann"))
    for text in ("one", "two"):
        say(room, text)
        await idle(room)
    told = Told(room)
    answer = room.conversation.path()[1].id
    await room.remove(answer)
    assert [entry["text"] for entry in told.messages[-1]["entries"]] == ["one"]
    stored = await kept.load("ann", "c1")
    assert stored is not None
    assert [entry.text for entry in stored.path()] == ["one"]
    await room.bring_back(answer)
    assert texts(room) == ["one", "You said: one", "two", "You said: two"]
    assert [entry["text"] for entry in told.messages[-1]["entries"]] == texts(room)


async def test_a_question_without_its_answer_is_answered_again_or_left_and_no_model_hears_of_it() -> None:
    live = FakeLive()
    room = room_of(live)
    say(room, "one")
    await idle(room)
    question, answer = room.conversation.path()
    await room.remove(answer.id)
    say(room, "two")
    await idle(room)
    assert texts(room) == ["one", "two", "You said: two"]
    assert live.asked[-1].history == ()
    assert room.answer_again(question.id)
    await idle(room)
    assert texts(room) == ["one", "You said: one"]


async def test_nothing_is_removed_while_a_reply_runs() -> None:
    room = room_of(FakeLive(script=lambda _: [Text("a"), 60.0]))
    say(room, "hi")
    await room.remove(room.conversation.path()[0].id)
    assert len(room.conversation.entries) == 1
    room.stop()


async def test_what_the_store_does_not_remove_stays_on_the_page() -> None:
    class Stubborn(InMemory):
        async def remove(self, person: str, conversation: str, entry: str) -> None:
            raise StoreUnavailable(f"{person} {conversation} {entry} cannot be written", "wait")

    room = Room(FakeLive(), "web", Stubborn(), Conversation(id="c1", person="ann"))
    say(room, "hi")
    await idle(room)
    before = room.conversation
    told = Told(room)
    with pytest.raises(StoreUnavailable):
        await room.remove(before.path()[1].id)
    assert room.conversation == before
    assert [len(message["entries"]) for message in told.messages] == [1, 2]


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


async def test_a_page_that_opens_while_a_reply_waits_sees_its_place() -> None:
    room = room_of(FakeLive(script=lambda _: [Notice("queued", "place 2", 2), 0.1, Text("hi")]))
    told = Told(room)
    say(room, "hi")
    await asyncio.sleep(0.07)
    assert room.snapshot()["entries"][-1]["queue"] == {"text": "place 2", "place": 2}
    assert [message["entry"]["queue"] for message in told.messages if message["t"] == "more"] == [
        {"text": "place 2", "place": 2}
    ]
    await idle(room)
    assert "queue" not in room.snapshot()["entries"][-1]


async def test_what_is_said_to_an_app_that_is_being_stopped_is_kept_and_answered_with_why() -> None:
    live = FakeLive()
    live.stopping = True
    room = room_of(live)
    say(room, "hi")
    await idle(room)
    failure = room.conversation.path()[-1].failure
    assert texts(room) == ["hi", ""]
    assert failure is not None
    assert "is being stopped" in failure.message
