"""The end of an app: running replies may finish, and no new one begins."""

from __future__ import annotations

import asyncio

import pytest

from lazyflow.runtime.contract import Stopping
from tests.runtime.app_folder import AppFolder, turn_of_the_loop


async def test_a_running_reply_finishes_and_no_new_one_begins(folder: AppFolder) -> None:
    live = await folder.ready()
    folder.model.go.clear()
    reply = asyncio.ensure_future(folder.ask())
    await turn_of_the_loop()
    ending = asyncio.ensure_future(live.wind_down(5))
    await turn_of_the_loop()
    assert live.stopping
    with pytest.raises(Stopping, match="is being stopped"):
        live.lease()
    assert not ending.done()
    folder.model.go.set()
    assert await reply == "one: hi"
    assert await ending


async def test_a_reply_of_an_older_generation_may_finish_too(folder: AppFolder) -> None:
    live = await folder.ready()
    folder.model.go.clear()
    reply = asyncio.ensure_future(folder.ask())
    await turn_of_the_loop()
    await folder.edit("history: [chat]", "history: [chat], title: New")
    await folder.edit("title: New", "title: Newer")
    ending = asyncio.ensure_future(live.wind_down(5))
    await turn_of_the_loop()
    assert not ending.done()
    folder.model.go.set()
    assert await reply == "one: hi"
    assert await ending


async def test_a_reply_that_does_not_end_is_not_waited_for_for_ever(folder: AppFolder) -> None:
    live = await folder.ready()
    with live.lease():
        assert not await live.wind_down(0.01)


async def test_listeners_hear_that_the_end_begins(folder: AppFolder) -> None:
    live = await folder.ready()
    heard: list[bool] = []
    live.subscribe(lambda: heard.append(live.stopping))
    assert await live.wind_down(5)
    await turn_of_the_loop()
    assert heard == [True]
