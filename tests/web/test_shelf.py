from __future__ import annotations

from typing import Any

from lazyflow.messages import Role
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.in_memory import InMemory
from lazyflow.web.requests import Delete, List, Pin, Rename
from lazyflow.web.shelf import Shelf


async def shelf_with(*titles: str) -> Shelf:
    kept = InMemory()
    for title in titles:
        entry = Entry(id=f"m-{title}", parent=None, role=Role.USER, text=title)
        await kept.save(Conversation(id=title, person="ann").with_entry(entry), entry)
    return Shelf(kept, "ann")


def names(told: dict[str, Any]) -> set[str]:
    return {item["title"] for item in told["items"]}


async def test_the_list_follows_what_is_done_to_it() -> None:
    shelf = await shelf_with("one", "two")
    assert names(await shelf.do(List(""))) == {"one", "two"}
    assert names(await shelf.do(Rename("one", "first"))) == {"first", "two"}
    assert (await shelf.do(Pin("two", pinned=True)))["items"][0]["pinned"]
    assert names(await shelf.do(Delete("two", undo=False))) == {"first"}
    assert names(await shelf.do(Delete("two", undo=True))) == {"first", "two"}


async def test_what_is_sought_is_told_with_what_was_found() -> None:
    shelf = await shelf_with("apples", "pears")
    told = await shelf.do(List("pear"))
    assert told["s"] == "pear"
    assert names(told) == {"pears"}


async def test_a_long_list_is_told_in_part_and_so_after_each_change_until_more_is_asked_for() -> None:
    shelf = await shelf_with(*(f"talk {number}" for number in range(7)))
    told = await shelf.do(List("", 3))
    assert (len(told["items"]), told["more"]) == (3, True)
    told = await shelf.do(Pin("talk 0", pinned=True))
    assert (len(told["items"]), told["more"]) == (4, True)
    assert told["items"][0]["c"] == "talk 0"
    told = await shelf.do(List("", 6))
    assert (len(told["items"]), told["more"]) == (7, False)
    told = await shelf.do(List("talk", 5))
    assert (len(told["items"]), told["more"]) == (5, True)
    told = await shelf.do(List("talk", 7))
    assert (len(told["items"]), told["more"]) == (7, False)


async def test_nobody_touches_the_conversations_of_others() -> None:
    shelf = await shelf_with("one")
    stranger = Shelf(shelf._kept, "bob")
    for request in (List(""), List("one"), Rename("one", "mine"), Delete("one", undo=False)):
        assert names(await stranger.do(request)) == set()
    assert names(await shelf.do(List(""))) == {"one"}
