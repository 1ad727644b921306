"""What the terminal tells while an app runs and its files are edited."""

from __future__ import annotations

import asyncio
import io

from lazyflow.cli.narrator import Narrator
from tests.runtime.app_folder import AppFolder, turn_of_the_loop
from tests.runtime.conftest import folder

__all__ = ["folder"]


COMING = "chat: its new model is on the way; the old graph answers\n"


class Told:
    """The narrator's lines since the last look."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    async def new(self) -> str:
        await turn_of_the_loop()
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return text


async def test_a_bad_save_is_told_with_its_place_once_and_the_next_good_one_too(folder: AppFolder) -> None:
    live = await folder.ready()
    told = Told()
    with Narrator(live, told.stream).told():
        assert await told.new() == ""
        await folder.edit("target: chat", "taget: chat")
        words = await told.new()
        assert f"{folder.path}:5:21: error[LF003]: unknown key 'taget' in node 'web'" in words
        assert "did you mean 'target'?" in words
        await live.reload()
        assert await told.new() == ""
        await folder.edit("taget: chat", "target: chat")
        assert await told.new() == "fine again: the change is applied\n"


async def test_a_model_that_cannot_be_loaded_is_told_with_its_node(folder: AppFolder) -> None:
    live = await folder.ready()
    told = Told()
    with Narrator(live, told.stream).told():
        await folder.edit("one", "bad")
        assert await told.new() == "error: node 'chat': bad is cut off\n"
        await folder.edit("bad", "one")
        assert await told.new() == "fine again: the change is applied\n"


async def test_a_model_that_a_reload_loads_is_told_once(folder: AppFolder) -> None:
    live = await folder.ready()
    told = Told()
    with Narrator(live, told.stream).told():
        folder.load.gate.clear()
        reloading = asyncio.create_task(folder.edit("one", "two"))
        await asyncio.sleep(0.1)
        assert await told.new() == COMING
        folder.load.gate.set()
        await reloading
        assert await told.new() == ""


async def test_what_needs_a_restart_is_told_once(folder: AppFolder) -> None:
    live = await folder.ready()
    told = Told()
    with Narrator(live, told.stream).told():
        await folder.edit("port: 20500", "port: 20501")
        assert await told.new() == "restart needed for web.port\n"
        await folder.edit("target: chat", "target: chat, title: New")
        assert await told.new() == ""


async def test_a_process_that_died_and_came_back_is_told(folder: AppFolder) -> None:
    live = await folder.ready()
    told = Told()
    with Narrator(live, told.stream).told():
        folder.model.die()
        assert await told.new() == "chat: loading the model\n"
        folder.model.come_back()
        assert await told.new() == "chat: ready (echo)\n"


async def test_what_the_files_say_cannot_steer_the_terminal(folder: AppFolder) -> None:
    live = await folder.ready()
    told = Told()
    with Narrator(live, told.stream).told():
        await folder.edit("model: one", 'model: "bad\\e[2J"')
        words = await told.new()
    assert "cut off" in words
    assert "\x1b" not in words
