from __future__ import annotations

import asyncio

import pytest

from lazyflow.errors import InvalidApp
from lazyflow.nodes.events import Failure, Notice, Text
from lazyflow.runtime.contract import Ask
from lazyflow.server.health import not_ready
from tests.runtime.app_folder import AppFolder, events, turn_of_the_loop


async def test_it_answers_from_the_model(folder: AppFolder) -> None:
    await folder.ready()
    assert await folder.ask("hello there") == "one: hello there"


async def test_it_starts_before_its_models_are_loaded(folder: AppFolder) -> None:
    folder.load.gate.clear()
    live = await folder.start()
    await turn_of_the_loop()
    status = live.app.status()["chat"]
    assert (status.state, status.stage, status.fraction) == ("loading", "reading", 0.5)
    asked = asyncio.create_task(events(live.app, Ask(message="hi", entry="chat")))
    await turn_of_the_loop()
    assert not asked.done()
    folder.load.gate.set()
    told = await asked
    assert Notice("queued", "chat: loading the model (50%)") in told
    assert Text("one: ") in told


async def test_an_invalid_app_does_not_start(folder: AppFolder) -> None:
    folder.save("version: 1\nnodes: { web: { type: web, target: nobody } }\n")
    with pytest.raises(InvalidApp):
        await folder.start()
    del folder.live


async def test_a_missing_model_is_told_and_the_app_stays(folder: AppFolder) -> None:
    folder.save(folder.path.read_text().replace("one", "nothing"))
    live = await folder.start()
    assert await live.loaded() == ("node 'chat': no model 'nothing' was found",)
    assert live.trouble.failures == ("node 'chat': no model 'nothing' was found",)
    (failure,) = [
        event for event in await events(live.app, Ask(message="hi", entry="chat")) if isinstance(event, Failure)
    ]
    assert (failure.reason, failure.message) == ("load_failed", "no model 'nothing' was found")


async def test_two_nodes_with_one_key_share_one_model(folder: AppFolder) -> None:
    await folder.ready()
    await folder.edit("nodes:", "nodes:\n  other: { type: local, model: one, system: Be brief. }")
    assert folder.loaded == ["one"]
    assert await folder.ask("hi", "other") == "one: hi"


async def test_listeners_hear_of_every_change_until_they_end(folder: AppFolder) -> None:
    live = await folder.ready()
    heard: list[int] = []
    end = live.subscribe(lambda: heard.append(live.generation))
    await folder.edit("target: chat", "target: chat, title: New")
    await turn_of_the_loop()
    assert heard[-1] == 2
    end()
    heard.clear()
    await folder.edit("title: New", "title: Newer")
    await turn_of_the_loop()
    assert heard == []


async def test_a_reply_begins_anew_when_the_model_s_process_died(folder: AppFolder) -> None:
    await folder.ready()
    folder.model.die()
    assert await folder.ask() == "one: hi"
    assert folder.loaded == ["one"]


async def test_a_model_whose_process_died_is_loading_until_it_is_back(folder: AppFolder) -> None:
    live = await folder.ready()
    heard: list[str] = []
    live.subscribe(lambda: heard.append(live.app.status()["chat"].state))
    folder.model.die()
    await turn_of_the_loop()
    status = live.app.status()["chat"]
    assert (status.state, status.stage, status.fraction) == ("loading", "starting", 0.0)
    assert set(not_ready(live)) == {"chat"}
    told = await events(live.app, Ask(message="hi", entry="chat"))
    assert Notice("queued", "chat: starting the model") in told
    await turn_of_the_loop()
    assert heard == ["loading", "ready"]
    assert not_ready(live) == {}
    assert folder.loaded == ["one"]


async def test_a_model_in_a_thread_that_broke_down_is_loaded_again(folder: AppFolder) -> None:
    folder.save(folder.path.read_text().replace("model: one", "model: one, isolate: false"))
    await folder.ready()
    folder.model.die()
    assert await folder.ask() == "one: hi"
    assert folder.loaded == ["one", "one"]


async def test_a_model_that_dies_within_a_reply_ends_it_with_a_failure(folder: AppFolder) -> None:
    live = await folder.ready()
    stream = live.app.stream(Ask(message="a b c", entry="chat"))
    async for event in stream:
        if isinstance(event, Text):
            folder.model.die()
            break
    rest = [event async for event in stream]
    assert isinstance(rest[-1], Failure)
    assert await folder.ask() == "one: hi"


async def test_closing_ends_a_search_that_only_an_old_generation_waits_for(folder: AppFolder) -> None:
    folder.locate.gate.clear()
    live = await folder.start()
    with live.lease():
        await turn_of_the_loop()
        folder.save(folder.path.read_text().replace("model: one", "model: two"))
        folder.locate.gate.set()
        folder.load.gate.clear()
        reloading = asyncio.create_task(live.reload())
        await asyncio.sleep(0.1)
        folder.load.gate.set()
        await reloading
        others = {task.get_name() for task in asyncio.all_tasks()}
        assert "close generation 1" in others
        await live.close()
    await turn_of_the_loop()
    assert len(asyncio.all_tasks()) == 1
    del folder.live
