from __future__ import annotations

import asyncio

import pytest

from lazyflow.runtime.turns import Turns


async def slowly(done: list[str]) -> str:
    try:
        await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        done.append("cut off")
        raise
    return "done"


async def test_work_aside_is_done_while_no_turn_runs() -> None:
    assert await Turns().aside(slowly([])) == "done"


async def test_no_work_aside_begins_while_a_turn_runs() -> None:
    turns = Turns()
    with turns.running():
        assert await turns.aside(slowly([])) is None
    assert await turns.aside(slowly([])) == "done"


async def test_a_turn_that_begins_cuts_it_off_at_once() -> None:
    turns, done = Turns(), list[str]()
    aside = asyncio.create_task(turns.aside(slowly(done)))
    await asyncio.sleep(0.005)
    with turns.running():
        assert await aside is None
    assert done == ["cut off"]


async def test_who_gives_up_takes_the_work_along() -> None:
    turns, done = Turns(), list[str]()
    aside = asyncio.create_task(turns.aside(slowly(done)))
    await asyncio.sleep(0.005)
    aside.cancel()
    with pytest.raises(asyncio.CancelledError):
        await aside
    await asyncio.sleep(0)
    assert done == ["cut off"]


async def test_what_goes_wrong_is_told_to_who_asked() -> None:
    async def wrong() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await Turns().aside(wrong())
