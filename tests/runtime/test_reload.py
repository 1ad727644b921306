"""What a reload does, row by row of the table «Hot reload» in the contract:

- nothing for white space, comments, key order, `x-*`: test_what_means_the_same_makes_no_generation
- texts, looks, sampling, templates, routes: test_what_owns_no_memory_loads_no_model, test_the_next_turn_uses_…
- what owns memory: test_a_field_that_owns_memory_…, test_the_old_model_answers_until_…, test_where_memory_is_short_…
- a node comes or goes: test_an_added_node_answers_beside_the_others, test_a_removed_node_ends_after_its_last_reply
- what cannot be hot: test_what_cannot_be_hot_is_told_and_the_rest_applies
- an error in the files: test_an_error_in_the_file_… here, on stderr in cli/test_narrator.py, on the page in acceptance
- a model that cannot be loaded: test_failed_loads.py
- edits during a reload, saves by rename, gone or half written files: test_watch.py; all at once: test_storm.py
- every file that matters: test_files.py
"""

from __future__ import annotations

import asyncio
import logging
import re

import pytest

from lazyflow.nodes.events import Failure
from lazyflow.runtime.claim import OWNING
from lazyflow.runtime.contract import Ask, NodeStatus, Trouble
from tests.runtime.app_folder import AppFolder, answer, events, turn_of_the_loop


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nodes:", "# a comment\nnodes:"),
        ("version: 1\n", "version: 1\nx-anything: [1, 2]\n"),
        ("model: one", "model:   one"),
        ("model: one", "model: 'one'"),
        ("type: local, model: one", "model: one, type: local"),
        ("type: web, target: chat, history: [chat]", "history: [chat], target: chat, type: web"),
    ],
)
async def test_what_means_the_same_makes_no_generation(folder: AppFolder, old: str, new: str) -> None:
    await folder.ready()
    done = await folder.edit(old, new)
    assert (done.changed, done.generation) == (False, 1)


FLOWS = """
version: 1
nodes:
  chat: { type: local, model: one }
  asked: { type: prompt, model: chat, template: "Say {{ input }}" }
  line: { type: pipeline, steps: [asked, chat] }
  both: { type: parallel, branches: { a: asked, b: chat }, join: "{{ outputs.a }}" }
  way: { type: router, by: rules, routes: [{ to: chat, when: "'x' in input" }], default: asked }
  web: { type: web, target: way, history: [chat], port: 20500 }
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("target: way", "target: way, title: New"),
        ("target: way", "target: way, welcome: Hello"),
        ("target: way", "target: way, examples: [Hello]"),
        ("target: way", "target: way, theme: { mode: dark }"),
        ("target: way", "target: way, controls: [{ node: chat, param: temperature }]"),
        ("target: way", "target: way, upload: true"),
        ("target: way", "target: line"),
        ("history: [chat]", "history: []"),
        ("version: 1", "version: 1\nname: New"),
        ("model: one", "model: one, system: Be brief."),
        ("model: one", "model: one, sampling: { temperature: 0 }"),
        ("model: one", "model: one, chat_template: '{{ messages }}'"),
        ("model: one", "model: one, format: json"),
        ("model: one", "model: one, overflow: error"),
        ("Say {{ input }}", "Shout {{ input }}"),
        ("steps: [asked, chat]", "steps: [chat, asked]"),
        ("{{ outputs.a }}", "{{ outputs.b }}"),
        ("'x' in input", "'y' in input"),
        ("default: asked", "default: line"),
    ],
)
async def test_what_owns_no_memory_loads_no_model(folder: AppFolder, old: str, new: str) -> None:
    folder.save(FLOWS)
    await folder.ready()
    first = folder.model
    done = await folder.edit(old, new)
    assert (done.changed, done.generation, done.trouble) == (True, 2, Trouble())
    assert (done.opened, done.closed) == ((), ())
    assert folder.loaded == ["one"]
    await turn_of_the_loop()
    assert folder.load.open == [first]


async def test_the_next_turn_uses_the_new_system_prompt(folder: AppFolder) -> None:
    await folder.ready()
    await folder.edit("model: one", "model: one, system: Be brief.")
    await folder.ask()
    assert [message.text for message in folder.model.requests[0].messages] == ["Be brief.", "hi"]


async def test_the_next_turn_uses_the_new_template_and_route(folder: AppFolder) -> None:
    folder.save(FLOWS)
    await folder.ready()
    assert await folder.ask("y", "way") == "one: Say y"
    await folder.edit("Say", "Shout")
    assert await folder.ask("y", "way") == "one: Shout y"
    await folder.edit("'x' in input", "'y' in input")
    assert await folder.ask("y", "way") == "one: y"


MEMORY = {
    "model": "two",
    "revision": "v2",
    "gpu_layers": "none",
    "main_gpu": "0",
    "split_mode": "layer",
    "tensor_split": "[1, 1]",
    "context": "512",
    "parallel": "2",
    "threads": "1",
    "batch": "64",
    "flash_attention": "false",
    "kv_cache": "q8_0",
    "mmap": "false",
    "mlock": "true",
    "isolate": "false",
}


def test_every_field_that_owns_memory_is_here() -> None:
    assert {*OWNING, "model", "revision"} == set(MEMORY)


@pytest.mark.parametrize("field", MEMORY)
async def test_a_field_that_owns_memory_loads_that_model_alone(folder: AppFolder, field: str) -> None:
    folder.save(folder.path.read_text().replace("nodes:", "nodes:\n  other: { type: local, model: spare }"))
    await folder.ready()
    value = MEMORY[field]
    done = await folder.edit("model: one", f"model: {value}" if field == "model" else f"model: one, {field}: {value}")
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
    assert folder.live.app.status()["chat"].state == "ready"
    assert folder.live.coming == {"chat": NodeStatus(state="loading", stage="reading", fraction=0.5)}
    folder.load.gate.set()
    await reloading
    assert await folder.ask() == "two: hi"
    assert folder.live.coming == {}


async def test_a_model_that_is_fetched_for_the_next_generation_is_shown_and_one_that_is_kept_is_not(
    folder: AppFolder,
) -> None:
    await folder.ready()
    folder.locate.gate.clear()
    reloading = asyncio.create_task(folder.edit("nodes:", "nodes:\n  extra: { type: local, model: two }"))
    await asyncio.sleep(0.1)
    assert folder.live.coming["extra"] == NodeStatus(state="loading", stage="fetching", fraction=0.25)
    folder.locate.gate.set()
    folder.load.gate.clear()
    await asyncio.sleep(0.1)
    assert set(folder.live.coming) == {"extra"}
    folder.load.gate.set()
    await reloading
    assert folder.live.coming == {}


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


async def test_an_added_node_answers_beside_the_others(folder: AppFolder) -> None:
    live = await folder.ready()
    folder.model.go.clear()
    with live.lease() as app:
        running = asyncio.create_task(answer(app, Ask(message="slow", entry="chat")))
        await turn_of_the_loop()
        first = folder.model
        done = await folder.edit("nodes:", "nodes:\n  extra: { type: local, model: two }")
        assert (done.kept, done.opened, done.closed) == (("chat",), ("extra",), ())
        assert await folder.ask("hi", "extra") == "two: hi"
        assert "extra" not in app.status()
        first.go.set()
        assert await running == "one: slow"
    assert folder.loaded == ["one", "two"]


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


async def test_a_reply_that_never_ends_is_cut_off_after_the_drain_limit(
    folder: AppFolder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    folder.drain = 0.05
    live = await folder.ready()
    folder.model.go.clear()
    with live.lease() as app:
        running = asyncio.create_task(events(app, Ask(message="hi", entry="chat")))
        await turn_of_the_loop()
        await folder.edit("one", "two")
        assert isinstance((await running)[-1], Failure)
    assert await folder.ask() == "two: hi"
    assert "generation 1: replies still running: 1; they have 0.05 s" in caplog.text
    assert "generation 1: closed after 0.05 s; replies still running: 1" in caplog.text


async def test_where_memory_is_short_a_reply_that_holds_the_model_is_cut_off_and_one_that_said_nothing_begins_anew(
    folder: AppFolder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.drain = 0.05
    folder.roomy = False
    live = await folder.ready()
    folder.model.go.clear()
    with live.lease() as app:
        running = asyncio.create_task(answer(app, Ask(message="hi", entry="chat")))
        await turn_of_the_loop()
        await folder.edit("one", "two")
        assert await running == "two: hi"
    assert "one: answers cut off after 0.05 s: 1" in caplog.text


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


@pytest.mark.parametrize(
    "bad",
    [
        "version: [",
        "version: 1\nnodes: { chat: { type: local, modle: one } }\n",
        "version: 1\nnodes: { web: { type: web, target: nobody } }\n",
        "version: 1\nnodes: { chat: { type: local, model: '${NOWHERE_SET}' } }\n",
        "version: 1\nnodes: { a: { type: pipeline, steps: [a] } }\n",
        "",
    ],
    ids=["syntax", "schema", "reference", "environment", "cycle", "empty"],
)
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


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("a: asked", "a: asked ", "generation 1: nothing changed; <s> s"),
        ("Say", "Shout", "generation 2: kept chat; updated asked line both way; opened -; closed -; <s> s"),
        (
            "model: one",
            "model: two",
            "generation 2: kept -; updated asked line both way; opened chat; closed chat; <s> s",
        ),
        (
            "nodes:",
            "nodes:\n  extra: { type: local, model: one }",
            "generation 2: kept chat asked line both way; updated -; opened extra; closed -; <s> s",
        ),
        ("model: one", "modle: one", "reload refused after <s> s: 1 problems; generation 1 goes on"),
        ("model: one", "model: bad", "reload refused after <s> s: 1 problems; generation 1 goes on"),
    ],
)
async def test_a_reload_is_one_line_in_the_log(
    folder: AppFolder, caplog: pytest.LogCaptureFixture, old: str, new: str, line: str
) -> None:
    caplog.set_level(logging.INFO)
    folder.save(FLOWS)
    await folder.ready()
    caplog.clear()
    await folder.edit(old, new)
    assert [re.sub(r"\d+\.\d{3} s", "<s> s", message) for message in caplog.messages] == [line]
