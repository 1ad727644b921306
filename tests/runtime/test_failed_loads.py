"""A valid file whose model cannot be loaded: the old graph goes on, and nothing is loaded in vain."""

from __future__ import annotations

from lazyflow.runtime.contract import Trouble
from tests.runtime.app_folder import AppFolder


async def test_where_memory_is_short_a_failed_load_brings_the_old_model_back(folder: AppFolder) -> None:
    await folder.ready()
    folder.roomy = False
    done = await folder.edit("one", "bad")
    assert done.trouble.failures == ("node 'chat': bad is cut off",)
    assert await folder.ask() == "one: hi"
    assert folder.loaded == ["one", "bad", "one"]


async def test_a_model_that_failed_is_tried_again_only_when_asked_to_or_named_anew(folder: AppFolder) -> None:
    live = await folder.ready()
    folder.save(folder.path.read_text().replace("one", "bad"))
    for title in ("First", "Second"):
        folder.save(folder.path.read_text().replace("target: chat", f"target: chat, x-{title}: 1"))
        done = await live.reload(again=False)
        assert done.trouble.failures == ("node 'chat': bad is cut off",)
    assert folder.loaded == ["one", "bad"]
    await live.reload()
    assert folder.loaded == ["one", "bad", "bad"]
    bad = folder.path.read_text()
    folder.save(bad.replace("bad", "one"))
    assert (await live.reload(again=False)).trouble == Trouble()
    assert folder.loaded == ["one", "bad", "bad"]
    folder.save(bad)
    await live.reload(again=False)
    assert folder.loaded == ["one", "bad", "bad", "bad"]


async def test_a_bad_file_that_was_replaced_is_tried(folder: AppFolder) -> None:
    live = await folder.ready()
    folder.save(folder.path.read_text().replace("one", "bad"))
    await live.reload(again=False)
    folder.locate.sizes["bad"] = 2
    await live.reload(again=False)
    assert folder.loaded == ["one", "bad", "bad"]


async def test_a_model_that_failed_at_the_start_is_tried_again_when_asked_to(folder: AppFolder) -> None:
    folder.save(folder.path.read_text().replace("one", "bad"))
    live = await folder.start()
    assert await live.loaded() == ("node 'chat': bad is cut off",)
    folder.save(folder.path.read_text().replace("target: chat", "target: chat, title: New"))
    assert (await live.reload(again=False)).changed
    assert folder.loaded == ["bad"]
    assert not (await live.reload()).changed
    assert await live.loaded() == ("node 'chat': bad is cut off",)
    assert folder.loaded == ["bad", "bad"]


async def test_where_memory_is_short_a_known_failure_unloads_nothing(folder: AppFolder) -> None:
    live = await folder.ready()
    folder.roomy = False
    folder.save(folder.path.read_text().replace("one", "bad"))
    await live.reload(again=False)
    await live.loaded()
    assert folder.loaded == ["one", "bad", "one"]
    await live.reload(again=False)
    assert await folder.ask() == "one: hi"
    assert folder.loaded == ["one", "bad", "one"]


async def test_what_no_memory_could_hold_is_refused_while_the_old_model_answers(folder: AppFolder) -> None:
    await folder.ready()
    folder.too_large = "two"
    done = await folder.edit("one", "two")
    assert done.trouble.failures == ("node 'chat': two is too large for this machine",)
    assert folder.loaded == ["one"]
    assert await folder.ask() == "one: hi"


async def test_a_model_that_fails_to_load_leaves_the_old_one_and_nothing_else(folder: AppFolder) -> None:
    await folder.ready()
    done = await folder.edit("nodes:", "nodes:\n  a: { type: local, model: two }\n  b: { type: local, model: bad }")
    assert (done.changed, done.generation) == (False, 1)
    assert folder.live.trouble.failures == ("node 'b': bad is cut off",)
    assert [model.key.path.name for model in folder.load.open] == ["one"]
    assert await folder.ask() == "one: hi"
    assert (await folder.edit("model: bad", "model: good")).trouble == Trouble()
    assert await folder.ask("hi", "b") == "good: hi"
