from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from lazyflow.messages import Role
from lazyflow.nodes.events import Failure, Text
from lazyflow.runtime.contract import Ask
from lazyflow.spec.nodes import CallableSpec, LocalSpec, OnlineSpec, PythonSpec, WebSpec
from lazyflow.store.in_memory import InMemory
from lazyflow.store.summary import TITLE_WORDS
from lazyflow.web.rooms import Rooms
from lazyflow.web.titles import TOLD, WANTED, about, tidy
from tests.web.fake_live import Beat, FakeLive
from tests.web.test_room import idle, say

LOCAL = LocalSpec(name="chat", model="m.gguf")


def model(*, titled: Sequence[Beat] = (Text("Bread "), Text("without yeast\nI hope that helps!"))) -> FakeLive:
    def script(ask: Ask) -> Sequence[Beat]:
        return titled if ask.message == WANTED else [Text("Use baking soda.")]

    return FakeLive(chat=LOCAL, script=script)


class Talk:
    """One conversation on a page of its own."""

    def __init__(self, live: FakeLive, kept: InMemory | None = None) -> None:
        self.live = live
        self.kept = kept or InMemory()
        self.rooms = Rooms(live, "web", self.kept)
        self.moved = 0
        self.rooms.news.join("ann", lambda _: setattr(self, "moved", self.moved + 1))

    async def exchange(self, *questions: str) -> None:
        self.room = await self.rooms.enter("ann", "")
        for question in questions:
            say(self.room, question)
            await idle(self.room)
        for _ in range(20):
            await asyncio.sleep(0.001)

    @property
    async def title(self) -> str:
        summary = await self.kept.summary("ann", self.room.conversation.id)
        assert summary is not None
        return summary.title

    @property
    def wanted(self) -> list[Ask]:
        return [ask for ask in self.live.asked if ask.message == WANTED]


async def test_the_model_that_answered_gives_the_title_and_the_pages_hear_of_it() -> None:
    talk = Talk(model())
    await talk.exchange("How do I bake bread without yeast?")
    assert await talk.title == "Bread without yeast"
    assert talk.moved == 3  # the question, the answer, the title
    (ask,) = talk.wanted
    assert [(message.role, message.text) for message in ask.history] == [
        (Role.USER, "How do I bake bread without yeast?"),
        (Role.ASSISTANT, "Use baking soda."),
    ]
    assert (ask.entry, ask.web) == ("chat", None)
    assert talk.live.leases == 0


async def test_only_the_first_exchange_is_titled() -> None:
    talk = Talk(model())
    await talk.exchange("bread", "butter")
    assert len(talk.wanted) == 1


async def test_a_title_that_a_person_gave_meanwhile_stays() -> None:
    talk = Talk(model(titled=[0.05, Text("Bread from the model")]))
    await talk.exchange("How do I bake bread?")
    await talk.kept.rename("ann", talk.room.conversation.id, "Mine")
    await asyncio.sleep(0.1)
    assert talk.wanted
    assert await talk.title == "Mine"


@pytest.mark.parametrize(
    ("chat", "web"),
    [
        (PythonSpec(name="chat", call="x:y"), WebSpec(name="web", target="chat")),
        (LOCAL, WebSpec(name="web", target="chat", titles=False)),
    ],
)
async def test_no_model_is_asked_where_none_answers_or_the_app_does_not_want_it(
    chat: CallableSpec, web: WebSpec
) -> None:
    talk = Talk(FakeLive(web, chat=chat))
    await talk.exchange("How do I bake bread?")
    assert talk.wanted == []
    assert await talk.title == "How do I bake bread?"


@pytest.mark.parametrize(
    "titled", [[], [Text("  \n\t")], [Failure(("chat",), "no")], [Text("**")], [Text("Cats")]], ids=str
)
async def test_the_first_words_stay_where_the_model_has_no_title(titled: list[Beat]) -> None:
    talk = Talk(model(titled=titled))
    await talk.exchange("How do I bake bread?")
    assert await talk.title == "How do I bake bread?"


@pytest.mark.parametrize("broken", ["", "stopped"])
async def test_an_exchange_that_did_not_go_well_is_not_titled(broken: str) -> None:
    live = FakeLive(chat=LOCAL, script=lambda _: [Text("a"), 5.0] if broken else [Failure(("chat",), "no")])
    talk = Talk(live)
    talk.room = room = await talk.rooms.enter("ann", "")
    say(room, "bread")
    await asyncio.sleep(0.01)
    room.stop()
    await asyncio.sleep(0.01)
    assert talk.wanted == []


async def test_a_platform_is_told_the_beginning_of_what_was_said() -> None:
    talk = Talk(model())
    talk.live.chat = OnlineSpec(name="chat", source="openai", model="m")
    await talk.exchange("word " * TOLD)
    (ask,) = talk.wanted
    assert [len(message.text) for message in ask.history] == [TOLD, 16]


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Baking bread", "Baking bread"),
        ('Title: "Baking *bread* at home."\n\nThis title …', "Baking *bread* at home"),
        ("## **Titel:** Brot backen", "Brot backen"),
        ("标题\uff1a「面包」", "面包"),
        ("Here is a possible title:", ""),
        ("I would say that this " * 5, ""),
        ("\n\n  What is C#?  ", "What is C#?"),
        ("C++ and C#", "C++ and C#"),
        ("`rm -rf`\x1b[31m\u202e", "rm -rf [31m"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("---\nAfter a rule", "After a rule"),
        ("", ""),
        ("***", ""),
    ],
)
def test_a_title_is_one_short_line_of_plain_text(said: str, title: str) -> None:
    assert tidy(said) == title


def test_a_long_title_is_cut_between_words() -> None:
    title = tidy("words " * 13)
    assert title.endswith("words…")
    assert len(title) <= TITLE_WORDS + 1


@pytest.mark.parametrize(
    ("title", "question", "fits"),
    [
        ("Baking bread", "How do I bake BREADS?", True),
        ("The greatest common divisor", "hello", False),
        ("热泵的工作原理", "热泵是怎么工作的", True),
        ("面包", "热泵是怎么工作的", False),
        ("", "hello", False),
    ],
)
def test_a_title_that_has_nothing_to_do_with_the_question_is_not_taken(title: str, question: str, fits: bool) -> None:
    assert about(title, question) is fits
