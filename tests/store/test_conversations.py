"""What every store promises: in memory, in SQLite and in PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lazyflow.messages import File
from lazyflow.nodes.events import Failure, Request, Usage
from lazyflow.store.conversation import Conversation, Feedback, Settings, StepTaken
from lazyflow.store.conversations import Conversations
from lazyflow.store.files import Attachment
from lazyflow.store.summary import Summary
from tests.store.kept import answered, asked, empty, keep, opened, unfinished


async def test_conversations_are_there_after_a_restart(place: str, tmp_path: Path) -> None:
    async with opened(tmp_path, place) as kept:
        told = await keep(kept, empty(), asked("q", "hi"), unfinished(answered("a", "ho", "q")))
    async with opened(tmp_path, place) as kept:
        there = await kept.load("ann", "c1")
        assert there == (None if place == "memory" else told.interrupted())


async def test_a_conversation_comes_back_whole(kept: Conversations) -> None:
    question = replace(asked("q", "What is 1 + 1?"), use_context=False)
    reply = replace(
        answered("a", "Two.", "q"),
        node="second-model",
        thinking="hm",
        thinking_seconds=1.5,
        steps=(StepTaken(path=("flow", "chat"), state="ended", output="2", seconds=0.5),),
        notices=("older messages were left out",),
        usages=(Usage(("chat",), "smollm2", prompt_tokens=7, completion_tokens=2, seconds=0.5, finish_reason="stop"),),
        failure=Failure(("chat",), "It broke.", "Try again.", "timeout", 2.0),
        feedback=Feedback(good=False, note="It is 10₂"),
    )
    told = await keep(kept, empty(), question, reply)
    assert await kept.load("ann", "c1") == told


async def test_branches_come_back_in_order_and_the_chosen_one_is_shown(kept: Conversations) -> None:
    told = await keep(
        kept, empty(), asked("q1", "one"), answered("a1", "1", "q1"), asked("q2", "two"), answered("a2", "2", "q2")
    )
    told = await keep(kept, told, answered("a1b", "uno", "q1"), told.entries["q1"])
    back = await kept.load("ann", "c1")
    assert back == told
    assert back is not None
    assert [entry.text for entry in back.path()] == ["one", "uno"]
    assert back.branches(back.entries["a1"]) == ("a1", "a1b")
    for entry in back.path():
        assert tuple(back.branches_shown()[entry.id]) == back.branches(entry)


async def test_nobody_sees_or_changes_what_is_another_persons(kept: Conversations) -> None:
    await keep(kept, empty(), asked("q", "a secret"))
    assert await kept.load("bob", "c1") is None
    assert await kept.summary("bob", "c1") is None
    assert await kept.recent("bob") == ()
    assert await kept.search("bob", "secret") == ()
    await kept.rename("bob", "c1", "mine now")
    await kept.delete("bob", "c1")
    await keep(kept, empty(person="bob"), asked("q", "bob's own"))
    told = await kept.load("ann", "c1")
    assert told is not None
    assert [entry.text for entry in told.path()] == ["a secret"]
    assert [summary.title for summary in await kept.recent("ann")] == ["a secret"]


async def test_a_reply_that_nobody_finishes_is_interrupted_with_the_text_it_had(kept: Conversations) -> None:
    await keep(kept, empty(), asked("q", "hi"), unfinished(answered("a", "so f", "q")))
    told = await keep(kept, empty(), asked("q", "hi"), unfinished(answered("a", "so far", "q")))
    back = await kept.load("ann", "c1")
    assert back == told.interrupted()
    assert back is not None
    assert (back.entries["a"].text, back.entries["a"].state) == ("so far", "interrupted")


async def test_the_list_is_newest_first_in_pages_with_pinned_ones_on_top(kept: Conversations) -> None:
    for number in range(7):
        await keep(kept, empty(f"c{number}"), asked("q", f"message {number}"))
    await kept.pin("ann", "c2", pinned=True)
    first = await kept.recent("ann", limit=3)
    assert [summary.id for summary in first] == ["c2", "c6", "c5", "c4"]
    assert first[0].pinned
    second = await kept.recent("ann", before=first[-1].place, limit=3)
    assert [summary.id for summary in second] == ["c3", "c1", "c0"]
    assert await kept.recent("ann", before=second[-1].place) == ()
    await kept.pin("ann", "c2", pinned=False)
    assert [summary.id for summary in await kept.recent("ann", limit=1)] == ["c6"]


async def test_pages_part_conversations_of_one_moment(kept: Conversations) -> None:
    for number in range(5):
        await kept.add(empty(f"c{number}"), Summary(id="", title=f"{number}", created=1.0, updated=1.0))
    first = await kept.recent("ann", limit=2)
    rest = await kept.recent("ann", before=first[-1].place)
    assert [summary.id for summary in (*first, *rest)] == ["c4", "c3", "c2", "c1", "c0"]


async def test_a_title_is_made_from_the_first_message_until_one_is_given(kept: Conversations) -> None:
    told = await keep(kept, empty(), asked("q", "\n\nPlan a trip\nto Rome"), answered("a", "Sure", "q"))
    assert [summary.title for summary in await kept.recent("ann")] == ["Plan a trip"]
    await kept.rename("ann", "c1", "Rome")
    await keep(kept, told, asked("q2", "and Naples", "a"))
    summary = await kept.summary("ann", "c1")
    assert summary is not None
    assert summary.title == "Rome"
    assert summary.created < summary.updated


async def test_a_title_is_only_replaced_where_it_is_still_the_one_that_was_made(kept: Conversations) -> None:
    await keep(kept, empty(), asked("q", "Plan a trip\nto Rome"))
    assert not await kept.entitle("bob", "c1", "Bob's", instead_of="Plan a trip")
    assert not await kept.entitle("ann", "c1", "Too late", instead_of="Something else")
    assert await kept.entitle("ann", "c1", "Three days in Rome", instead_of="Plan a trip")
    await kept.rename("ann", "c1", "Mine")
    assert not await kept.entitle("ann", "c1", "Another", instead_of="Plan a trip")
    assert [summary.title for summary in await kept.recent("ann")] == ["Mine"]


async def test_a_deleted_conversation_is_nowhere_until_it_is_restored(kept: Conversations) -> None:
    await keep(kept, empty(), asked("q", "hello"))
    await kept.delete("ann", "c1")
    assert await kept.load("ann", "c1") is None
    assert await kept.summary("ann", "c1") is None
    assert await kept.recent("ann") == ()
    assert await kept.search("ann", "hello") == ()
    await kept.restore("ann", "c1")
    assert await kept.load("ann", "c1") is not None
    assert len(await kept.recent("ann")) == 1


async def two_answers(kept: Conversations) -> Conversation:
    """«one», answered twice; after the second answer it goes on."""
    return await keep(
        kept,
        empty(),
        asked("q1", "one"),
        answered("a1", "first", "q1"),
        answered("b1", "second", "q1"),
        asked("q2", "two", "b1"),
        answered("a2", "third", "q2"),
    )


async def test_a_removed_message_goes_with_all_that_follows_and_comes_back_with_it(kept: Conversations) -> None:
    told = await two_answers(kept)
    await kept.remove("ann", "c1", "b1")
    left = await kept.load("ann", "c1")
    assert left == told.without("b1")
    assert left is not None
    assert [entry.text for entry in left.path()] == ["one", "first"]
    assert await kept.search("ann", "third") == ()
    assert len(await kept.search("ann", "first")) == 1
    await kept.bring_back("ann", "c1", "b1")
    assert await kept.load("ann", "c1") == told
    assert len(await kept.search("ann", "third")) == 1


async def test_what_was_removed_before_stays_removed(kept: Conversations) -> None:
    told = await two_answers(kept)
    await kept.remove("ann", "c1", "a2")
    await kept.remove("ann", "c1", "q1")
    gone = await kept.load("ann", "c1")
    assert gone is not None
    assert gone.path() == ()
    await kept.bring_back("ann", "c1", "q1")
    assert await kept.load("ann", "c1") == told.without("a2")
    await kept.bring_back("ann", "c1", "a2")
    assert await kept.load("ann", "c1") == told


async def test_nobody_removes_another_persons_message_or_one_that_is_not_there(kept: Conversations) -> None:
    told = await two_answers(kept)
    for person, entry in (("bob", "q1"), ("ann", "no such")):
        await kept.remove(person, "c1", entry)
        await kept.bring_back(person, "c1", entry)
    await kept.bring_back("ann", "c1", "q1")
    assert await kept.load("ann", "c1") == told


async def test_what_a_person_says_in_a_conversation_deleted_elsewhere_is_not_lost(kept: Conversations) -> None:
    told = await keep(kept, empty(), asked("q", "hello"))
    await kept.delete("ann", "c1")
    told = await keep(kept, told, answered("a", "a late end", "q"))
    assert await kept.recent("ann") == ()
    told = await keep(kept, told, asked("q2", "still here", "a"))
    assert await kept.load("ann", "c1") == told


@pytest.mark.parametrize(
    "sought",
    ["penguin", "PENGUIN", "engui", "ein", "größe", "GRÖSSE?", "企鹅", "鹅住在南", 'say "hi"', "100%", "a_b", "ü", "Ü"],
)
async def test_any_part_of_a_message_is_found_in_upper_and_lower_case(kept: Conversations, sought: str) -> None:
    text = 'Der Penguin hat eine größe, grösse? 企鹅住在南极 say "hi" 100% a_b Übung ü'
    await keep(kept, empty(), asked("q", "first"), answered("a", f"{'x ' * 100}{text}{' y' * 100}", "q"))
    await keep(kept, empty("c2"), asked("q", "nothing of that kind: 100 axb"))
    (match,) = await kept.search("ann", sought)
    assert (match.summary.id, match.entry) == ("c1", "a")
    assert sought.casefold() in match.excerpt.casefold()
    assert len(match.excerpt) < 200


@pytest.mark.parametrize(
    "sought",
    [
        "50%",
        "_x",
        "a.c",
        "c*",
        "(?i)x",
        "[0-9]+",
        "\\d",
        "a|b",
        "^q",
        "$1",
        "***=x",
        "'; --",
        '"or"',
        "x\ty",
        "ÜB",
        "ö.",
        "é",
        "企",
    ],
)
async def test_signs_with_a_meaning_elsewhere_are_text_like_any_other(kept: Conversations, sought: str) -> None:
    said = f"before {sought.swapcase() if sought.isalpha() else sought} after"
    await keep(kept, empty("c1"), asked("q", said))
    await keep(kept, empty("c2"), asked("q", "abc 0123 qdx AB 50 ax a-x üx"))
    for text in (sought, sought[:2], sought.lower()):
        assert [match.summary.id for match in await kept.search("ann", text) if match.summary.id == "c1"] == ["c1"]
    assert [match.summary.id for match in await kept.search("ann", f"{sought} ")] == ["c1"]


async def test_the_newest_message_with_the_text_is_told_whatever_its_length(kept: Conversations) -> None:
    told = await keep(kept, empty(), asked("q", "one x"), answered("a", "two xyz x", "q"), asked("q2", "y", "a"))
    await keep(kept, empty("c2"), asked("q", "x"))
    for text in ("x", "xyz", "wo x"):
        assert {match.summary.id: match.entry for match in await kept.search("ann", text)}["c1"] == "a"
    await kept.remove("ann", told.id, "a")
    assert {match.summary.id: match.entry for match in await kept.search("ann", "x")} == {"c1": "q", "c2": "q"}
    assert len(await kept.search("ann", "x", limit=1)) == 1


async def test_a_title_is_found_too_and_the_newest_comes_first(kept: Conversations) -> None:
    await keep(kept, empty(), asked("q", "about ships"))
    await keep(kept, empty("c2"), asked("q", "hello"))
    await kept.rename("ann", "c2", "Ships of Rome")
    found = await kept.search("ann", "ships")
    assert [(match.summary.id, match.entry) for match in found] == [("c2", ""), ("c1", "q")]
    assert [match.summary.id for match in await kept.search("ann", "ships", limit=1)] == ["c2"]
    assert await kept.search("ann", "shipsx") == ()
    assert await kept.search("ann", "  ") == ()


async def test_what_is_found_follows_what_is_said(kept: Conversations) -> None:
    told = await keep(kept, empty(), asked("q", "hi"), unfinished(answered("a", "first words", "q")))
    told = await keep(kept, told, answered("a", "other words", "q"))
    assert await kept.search("ann", "first") == ()
    assert len(await kept.search("ann", "other")) == 1
    told = await keep(kept, told, answered("a", "third words", "q"))
    assert await kept.search("ann", "other") == ()
    assert len(await kept.search("ann", "third")) == 1


async def test_feedback_can_be_taken_back(kept: Conversations) -> None:
    told = await keep(kept, empty(), asked("q", "hi"), replace(answered("a", "ho", "q"), feedback=Feedback(good=True)))
    told = await keep(kept, told, answered("a", "ho", "q"))
    assert await kept.load("ann", "c1") == told


async def test_what_a_person_set_comes_back_with_the_conversation(kept: Conversations) -> None:
    chosen: Settings = {"chat": {"temperature": 0.5, "top_k": 7, "system": "Be brief.", "stop": ("END", "\n")}}
    told = await keep(kept, replace(empty(), settings=chosen), asked("q", "hi"))
    back = await kept.load("ann", "c1")
    assert back == told
    assert back is not None
    assert back.settings == chosen
    await kept.adjust(replace(told, settings={"chat": {"top_k": 8}}))
    await kept.adjust(replace(told, person="bob", settings={"chat": {"top_k": 9}}))
    back = await kept.load("ann", "c1")
    assert back is not None
    assert back.settings == {"chat": {"top_k": 8}}
    assert [entry.text for entry in back.path()] == ["hi"]


async def test_what_models_were_sent_is_kept_apart(kept: Conversations) -> None:
    told = empty().with_entry(asked("q", "hi")).with_entry(answered("a", "ho", "q"))
    sent = (Request(("chat",), (("user", "hi"),), (("temperature", "0.7"),)),)
    await kept.save(told, told.entries["q"])
    await kept.save(told, told.entries["a"], sent)
    assert await kept.requests("ann", "c1", "a") == sent
    assert await kept.requests("ann", "c1", "q") == ()
    assert await kept.requests("bob", "c1", "a") == ()


async def test_text_that_no_database_takes_harms_nothing(kept: Conversations) -> None:
    await keep(kept, empty(), asked("q", "half \ud83d and nul \0 end"))
    told = await kept.load("ann", "c1")
    assert told is not None
    assert told.entries["q"].text.startswith("half ")
    assert await kept.search("ann", "\ud83d nothing") == ()
    await kept.rename("ann", "c1", "t\ud83d")
    assert await kept.load("ann", "\ud83d \0") is None
    assert await kept.summary("ann", "\ud83d \0") is None
    await kept.delete("ann", "\ud83d \0")
    assert await kept.requests("ann", "c1", "\ud83d") == ()


async def test_a_whole_conversation_is_added_as_it_would_have_been_saved(kept: Conversations) -> None:
    await kept.keep_file("ann", "f1", File("a.txt", "text/plain", b"a", "a"))
    file = Attachment(id="f1", name="a.txt", media_type="text/plain", size=1)
    failed = Failure(("chat",), "broken", "mend it")
    told = empty()
    for entry in (
        replace(asked("q", "h\0i"), files=(file,)),
        replace(answered("a", "", "q"), state="failed", failure=failed, notices=("n",)),
        replace(
            answered("b", "ho", "q"), usages=(Usage(("chat",), "m", 1, 2),), feedback=Feedback(good=True, note="y")
        ),
        asked("q2", "more", "a"),
    ):
        told = told.with_entry(entry)
    told = replace(told, chosen={None: "q", "q": "b", "a": "q2"}, settings={"chat": {"top_k": 3}})
    await kept.add(told, Summary(id="c1", title="t", created=5.0, updated=6.0))
    back = await kept.load("ann", "c1")
    assert back is not None
    # A NUL is a sign of its own where a database takes none.
    assert replace(back, entries={**back.entries, "q": told.entries["q"]}) == told
    assert back.entries["q"].files == (file,)
    await kept.add(empty("c2"), Summary(id="c2", title="none", created=5.0, updated=6.0))
    assert {summary.id for summary in await kept.recent("ann")} == {"c1", "c2"}
