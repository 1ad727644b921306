from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import lazyflow.runtime.watch as module
from lazyflow.runtime.live import Live
from lazyflow.runtime.watch import folders_of
from tests.runtime.app_folder import AppFolder


@asynccontextmanager
async def watched(folder: AppFolder, *, poll: bool = False) -> AsyncGenerator[Live, None]:
    live = await folder.ready()
    async with live.watched(poll=poll):
        yield live


async def until(live: Live, condition: Callable[[], bool], limit: float = 4.0) -> float:
    """Wait for a change of the app; how long it took."""
    began = time.monotonic()
    heard = asyncio.Event()
    end = live.subscribe(heard.set)
    try:
        while not condition():
            heard.clear()
            await asyncio.wait_for(heard.wait(), limit)
    finally:
        end()
    return time.monotonic() - began


def titled(live: Live, title: str) -> Callable[[], bool]:
    return lambda: live.app.spec.webs["web"].title == title


def with_title(folder: AppFolder, title: str) -> str:
    return re.sub("target: chat(, title: \\w+)?", f"target: chat, title: {title}", folder.path.read_text())


@pytest.mark.parametrize("poll", [False, True])
async def test_a_save_is_a_reload(folder: AppFolder, poll: bool) -> None:
    async with watched(folder, poll=poll) as live:
        folder.save(with_title(folder, "New"))
        await until(live, titled(live, "New"))


async def test_a_save_while_the_watch_is_set_up_is_not_missed(folder: AppFolder) -> None:
    live = await folder.ready()
    async with live.watched():
        await asyncio.sleep(0)
        folder.save(with_title(folder, "New"))
        assert await until(live, titled(live, "New")) < 1


async def test_a_save_by_rename_is_one_reload(folder: AppFolder) -> None:
    async with watched(folder) as live:
        beside = folder.path.with_name(".app.yaml.swp")
        beside.write_text(with_title(folder, "New"))
        beside.rename(folder.path)
        await until(live, titled(live, "New"))
        assert live.generation == 2


async def test_a_file_that_is_gone_for_a_moment_is_no_trouble(folder: AppFolder) -> None:
    async with watched(folder) as live:
        troubles: list[object] = []
        live.subscribe(lambda: troubles.append(live.trouble.failures))
        text = with_title(folder, "New")
        folder.path.unlink()
        await asyncio.sleep(0.2)
        folder.save(text)
        await until(live, titled(live, "New"))
        assert set(troubles) == {()}


async def test_a_file_that_stays_away_is_told_and_its_return_clears_that(folder: AppFolder) -> None:
    async with watched(folder) as live:
        text = folder.path.read_text()
        folder.path.unlink()
        await until(live, lambda: live.trouble.failures != ())
        assert await folder.ask() == "one: hi"
        folder.save(text)
        await until(live, lambda: live.trouble.failures == ())
        assert live.generation == 1


async def test_truncate_and_write_is_one_reload(folder: AppFolder) -> None:
    async with watched(folder) as live:
        problems: list[object] = []
        live.subscribe(lambda: problems.append(live.trouble.problems))
        text = with_title(folder, "New")
        with folder.path.open("w") as file:
            await asyncio.sleep(0.2)
            file.write(text)
        await until(live, titled(live, "New"))
        assert set(problems) == {()}


async def test_an_edit_during_a_reload_is_not_lost(folder: AppFolder) -> None:
    async with watched(folder) as live:
        folder.load.gate.clear()
        folder.save(folder.path.read_text().replace("one", "two"))
        await until(live, lambda: folder.loaded == ["one", "two"])
        folder.save(with_title(folder, "Last"))
        await asyncio.sleep(0.1)
        folder.load.gate.set()
        await until(live, titled(live, "Last"))
        assert folder.loaded == ["one", "two"]


async def test_a_reload_is_given_up_when_a_later_save_takes_its_model_back(folder: AppFolder) -> None:
    async with watched(folder) as live:
        good = folder.path.read_text()
        folder.load.gate.clear()
        folder.save(good.replace("one", "two"))
        await until(live, lambda: folder.loaded == ["one", "two"])
        folder.save(with_title(folder, "Kept"))
        await asyncio.sleep(2 * module.POLL)
        assert set(live.coming) == {"chat"}
        for other in ("nodes: [", good.replace("one", "nothing")):
            folder.save(other)
            await asyncio.sleep(2 * module.POLL)
            assert set(live.coming) == {"chat"}
        folder.save(good.replace("target: chat", "target: chat, title: Back"))
        await until(live, titled(live, "Back"))
        assert folder.loaded == ["one", "two"]
        assert [model.key.path.name for model in folder.load.open] == ["one"]
        assert await folder.ask() == "one: hi"


async def test_a_model_that_made_room_comes_back_when_the_reload_is_given_up(folder: AppFolder) -> None:
    folder.roomy = False
    async with watched(folder) as live:
        good = folder.path.read_text()
        folder.load.gate.clear()
        folder.save(good.replace("one", "two"))
        await until(live, lambda: folder.loaded == ["one", "two"])
        folder.save(good)
        await until(live, lambda: folder.loaded == ["one", "two", "one"])
        folder.load.gate.set()
        assert await folder.ask() == "one: hi"
        assert live.generation == 1


async def test_a_callable_s_file_is_watched_too(folder: AppFolder) -> None:
    code = folder.path.with_name("shout.py")
    code.write_text("def shout(message):\n    return message.upper()\n")
    folder.save(folder.path.read_text().replace("nodes:", "nodes:\n  shout: { type: python, call: ./shout.py:shout }"))
    async with watched(folder) as live:
        assert await folder.ask("hi", "shout") == "HI"
        code.write_text("def shout(message):\n    return message + '!'\n")
        await until(live, lambda: live.generation == 2)
        assert await folder.ask("hi", "shout") == "hi!"


async def test_where_no_events_come_a_late_look_turns_to_polling(
    folder: AppFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = folder.path.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(module, "folders_of", lambda _paths: frozenset({elsewhere}))
    monkeypatch.setattr(module, "GLANCE", 0.2)
    async with watched(folder) as live:
        await asyncio.sleep(0.3)  # the look that comes with the watch is over
        for title in ("First", "Second"):
            folder.save(with_title(folder, title))
            await until(live, titled(live, title))
        monkeypatch.setattr(module, "GLANCE", 60)
        folder.save(with_title(folder, "Third"))
        assert await until(live, titled(live, "Third")) < module.POLL + 1


async def test_where_folders_cannot_be_watched_they_are_polled(
    folder: AppFolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise OSError("too many open files")

    monkeypatch.setattr("watchfiles.awatch", exhausted)
    async with watched(folder) as live:
        folder.save(with_title(folder, "New"))
        await until(live, titled(live, "New"))
    assert "too many open files" in caplog.text


def test_folders_behind_links_are_watched(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "app.yaml").touch()
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "app.yaml").symlink_to(real / "app.yaml")
    assert folders_of([linked / "app.yaml", tmp_path / "none" / "x.py"]) == {linked, real}
