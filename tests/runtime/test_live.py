from __future__ import annotations

import asyncio

import pytest

from lazyflow.errors import InvalidApp
from lazyflow.nodes.events import Failure, Notice, Text
from lazyflow.runtime.contract import Ask, Trouble
from lazyflow.server.health import not_ready
from tests.runtime.app_folder import AppFolder, answer, events, turn_of_the_loop


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nodes:", "# a comment\nnodes:"),
        ("version: 1\n", "version: 1\nx-anything: [1, 2]\n"),
        ("model: one", "model:   one"),
    ],
)
async def test_comments_and_white_space_make_no_generation(folder: AppFolder, old: str, new: str) -> None:
    await folder.ready()
    done = await folder.edit(old, new)
    assert (done.changed, done.generation) == (False, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: chat", "target: chat, title: New"),
        ("target: chat", "target: chat, examples: [Hello]"),
        ("model: one", "model: one, system: Be brief."),
        ("model: one", "model: one, sampling: { temperature: 0 }"),
    ],
)
async def test_texts_and_sampling_load_no_model(folder: AppFolder, old: str, new: str) -> None:
    await folder.ready()
    done = await folder.edit(old, new)
    assert (done.changed, done.generation) == (True, 2)
    assert folder.loaded == ["one"]
    assert folder.model in folder.load.open


async def test_the_next_turn_uses_the_new_system_prompt(folder: AppFolder) -> None:
    await folder.ready()
    await folder.edit("model: one", "model: one, system: Be brief.")
    await folder.ask()
    assert [message.text for message in folder.model.requests[0].messages] == ["Be brief.", "hi"]


@pytest.mark.parametrize("field", ["model: two", "model: one, context: 512", "model: one, gpu_layers: none"])
async def test_a_field_that_owns_memory_loads_that_model_alone(folder: AppFolder, field: str) -> None:
    folder.save(folder.path.read_text().replace("nodes:", "nodes:\n  other: { type: local, model: spare }"))
    await folder.ready()
    done = await folder.edit("model: one", field)
    assert (done.kept, done.opened, done.closed) == (("other",), ("chat",), ("chat",))
    assert len(folder.load.loads) == 3
    await turn_of_the_loop()
    assert len(folder.load.open) == 2


async def test_the_old_model_answers_until_the_new_one_is_ready(folder: AppFolder) -> None:
    await folder.ready()
    folder.load.gate.clear()
    reloading = asyncio.create_task(folder.edit("one", "two"))
    await asyncio.sleep(0.1)
    assert folder.loaded == ["one", "two"]
    assert await folder.ask() == "one: hi"
    folder.load.gate.set()
    await reloading
    assert await folder.ask() == "two: hi"


async def test_where_memory_is_short_the_old_model_goes_first(folder: AppFolder) -> None:
    await folder.ready()
    folder.roomy = False
    first = folder.model
    first.go.clear()
    with folder.live.lease() as app:
        running = asyncio.create_task(answer(app, Ask(message="slow", entry="chat")))
        await turn_of_the_loop()
        reloading = asyncio.create_task(folder.edit("one", "two"))
        await asyncio.sleep(0.1)
        assert folder.loaded == ["one"]
        waiting = asyncio.create_task(folder.ask("waits"))
        await turn_of_the_loop()
        first.go.set()
        assert await running == "one: slow"
    await reloading
    assert folder.load.open == [folder.model]
    assert await waiting == "two: waits"


async def test_where_memory_is_short_a_failed_load_brings_the_old_model_back(folder: AppFolder) -> None:
    await folder.ready()
    folder.roomy = False
    done = await folder.edit("one", "bad")
    assert done.trouble.failures == ("node 'chat': bad is cut off",)
    assert await folder.ask() == "one: hi"
    assert folder.loaded == ["one", "bad", "one"]


async def test_a_model_that_fails_to_load_leaves_the_old_one_and_nothing_else(folder: AppFolder) -> None:
    await folder.ready()
    done = await folder.edit("nodes:", "nodes:\n  a: { type: local, model: two }\n  b: { type: local, model: bad }")
    assert (done.changed, done.generation) == (False, 1)
    assert folder.live.trouble.failures == ("node 'b': bad is cut off",)
    assert [model.key.path.name for model in folder.load.open] == ["one"]
    assert await folder.ask() == "one: hi"
    assert (await folder.edit("model: bad", "model: good")).trouble == Trouble()
    assert await folder.ask("hi", "b") == "good: hi"


async def test_a_removed_node_ends_after_its_last_reply(folder: AppFolder) -> None:
    folder.save(folder.path.read_text().replace("nodes:", "nodes:\n  extra: { type: local, model: two }"))
    live = await folder.ready()
    two = next(model for model in folder.load.models if model.key.path.name == "two")
    two.go.clear()
    with live.lease() as app:
        running = asyncio.create_task(answer(app, Ask(message="a long reply", entry="extra")))
        await turn_of_the_loop()
        done = await folder.edit("\n  extra: { type: local, model: two }", "")
        assert done.closed == ("extra",)
        await turn_of_the_loop()
        assert not two.closed
        two.go.set()
        assert await running == "two: a long reply"
    await turn_of_the_loop()
    assert two.closed


async def test_a_reply_that_never_ends_is_cut_off_after_the_drain_limit(folder: AppFolder) -> None:
    folder.drain = 0.05
    live = await folder.ready()
    folder.model.go.clear()
    with live.lease() as app:
        running = asyncio.create_task(events(app, Ask(message="hi", entry="chat")))
        await turn_of_the_loop()
        await folder.edit("one", "two")
        assert isinstance((await running)[-1], Failure)
    assert await folder.ask() == "two: hi"


@pytest.mark.parametrize(
    ("old", "new", "needed"),
    [
        ("port: 20500", "port: 20501", ("web.port",)),
        ("port: 20500", "port: 20500, auth: { keys: ['${KEY}'] }", ("web.auth",)),
        ("port: 20500", "port: 20500, host: localhost", ("web.host",)),
    ],
)
async def test_what_cannot_be_hot_is_told_and_the_rest_applies(
    folder: AppFolder, old: str, new: str, needed: tuple[str, ...]
) -> None:
    folder.environment["KEY"] = "a-long-enough-secret-key"
    live = await folder.ready()
    done = await folder.edit(old, new + ", title: New")
    assert done.trouble.restart == needed
    assert live.trouble.restart == needed
    assert live.app.spec.webs["web"].title == "New"
    back = await folder.edit(new, old)
    assert back.trouble.restart == ()


@pytest.mark.parametrize("bad", ["version: [", "version: 1\nnodes: { web: { type: web, target: nobody } }\n", ""])
async def test_an_error_in_the_file_leaves_the_old_graph_and_the_next_good_save_clears_it(
    folder: AppFolder, bad: str
) -> None:
    live = await folder.ready()
    good = folder.path.read_text()
    folder.save(bad)
    done = await live.reload()
    assert (done.changed, done.generation) == (False, 1)
    assert done.trouble.problems == live.trouble.problems != ()
    assert await folder.ask() == "one: hi"
    folder.save(good)
    assert (await live.reload()).generation == 1
    assert live.trouble.problems == ()


async def test_a_file_that_is_gone_unloads_nothing(folder: AppFolder) -> None:
    live = await folder.ready()
    folder.path.unlink()
    done = await live.reload()
    assert len(done.trouble.failures) == 1
    assert await folder.ask() == "one: hi"


async def test_a_file_that_was_replaced_under_its_name_is_another_model(folder: AppFolder) -> None:
    live = await folder.ready()
    folder.locate.sizes["one"] = 2
    done = await live.reload()
    assert done.opened == ("chat",)
    assert len(folder.load.loads) == 2


async def test_an_edit_during_the_first_load_does_not_load_twice(folder: AppFolder) -> None:
    folder.locate.gate.clear()
    live = await folder.start()
    await turn_of_the_loop()
    done = await folder.edit("target: chat", "target: chat, title: New")
    assert done.changed
    folder.locate.gate.set()
    assert await live.loaded() == ()
    assert (folder.locate.asked, folder.loaded) == (["one"], ["one"])


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
