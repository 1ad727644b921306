from __future__ import annotations

import asyncio
import os
import signal
import statistics
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import lazyflow
from lazyflow.engine.remote import RemoteModel
from lazyflow.graph.load import Source
from lazyflow.messages import Message, Role
from lazyflow.nodes.events import Failure, Request, Text, Usage
from lazyflow.runtime.app import App
from lazyflow.runtime.contract import Ask
from lazyflow.runtime.live import Live, open_live
from tests.runtime.app_folder import answer, events
from tests.runtime.test_watch import titled, until

pytestmark = pytest.mark.model

APP = """
version: 1
nodes:
  chat: { type: local, model: smollm2-135m-instruct, context: 512, sampling: { temperature: 0, max_tokens: 24 } }
  web: { type: web, target: chat, history: [chat], title: Start }
"""


@asynccontextmanager
async def running(path: Path) -> AsyncGenerator[Live, None]:
    async with open_live(Source((path,), environment=os.environ)) as live:
        assert await live.loaded() == ()
        yield live


def save(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


def worker(live: Live) -> int:
    app = live.app
    assert isinstance(app, App)
    shared = app.claims["chat"].shared
    assert shared is not None
    assert isinstance(shared.model, RemoteModel)
    assert shared.model.pid is not None
    return shared.model.pid


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "app.yaml"
    file.write_text(APP)
    return file


async def test_a_real_answer_with_what_it_took(path: Path) -> None:
    async with running(path) as live:
        told = await events(live.app, Ask(message="What is the capital of France?", entry="chat"))
        assert any(isinstance(event, Text) for event in told)
        (usage,) = [event for event in told if isinstance(event, Usage)]
        assert 0 < (usage.completion_tokens or 0) <= 24
        (request,) = [event for event in told if isinstance(event, Request)]
        assert request.messages == (("user", "What is the capital of France?"),)


async def test_edits_of_the_title_reach_the_app_soon_and_load_nothing(path: Path) -> None:
    async with running(path) as live, live.watched():
        first = worker(live)
        stop = asyncio.Event()

        async def talk() -> None:
            while not stop.is_set():
                with live.lease() as app:
                    told = await events(app, Ask(message="Tell me a story.", entry="chat"))
                assert not isinstance(told[-1], Failure)

        talks = [asyncio.create_task(talk()) for _ in range(2)]
        before, times = "Start", []
        for number in range(20):
            save(path, f"title: {before}", f"title: New{number}")
            before = f"New{number}"
            times.append(await until(live, titled(live, before)))
        stop.set()
        await asyncio.gather(*talks)
        assert worker(live) == first
        assert statistics.median(times) < 0.3


async def test_a_worker_that_was_killed_answers_again(path: Path) -> None:
    async with running(path) as live:
        first = worker(live)
        os.kill(first, signal.SIGKILL)
        await until(live, lambda: live.app.status()["chat"].state == "loading")
        assert live.app.status()["chat"].stage == "starting"
        assert await answer(live.app, Ask(message="Hello", entry="chat"))
        assert live.app.status()["chat"].state == "ready"
        assert worker(live) != first


@pytest.fixture
def cut_off(path: Path, smollm2: Path) -> str:
    """A GGUF beside app.yaml of which only the beginning is there."""
    path.with_name("cut.gguf").write_bytes(smollm2.read_bytes()[:100_000])
    return "./cut.gguf"


async def test_a_model_that_is_cut_off_keeps_the_old_one_answering(path: Path, cut_off: str) -> None:
    async with running(path) as live:
        save(path, "smollm2-135m-instruct", cut_off)
        done = await live.reload()
        assert not done.changed
        assert "cut.gguf" in done.trouble.failures[0]
        assert await answer(live.app, Ask(message="Hello", entry="chat"))


async def test_a_model_that_no_machine_could_hold_leaves_the_old_one_where_it_is(path: Path) -> None:
    save(path, "context: 512", "context: 512, gpu_layers: none")
    async with running(path) as live:
        first = worker(live)
        with live.lease() as app:
            reply = asyncio.create_task(answer(app, Ask(message="Tell me a story.", entry="chat")))
            save(path, "context: 512", "context: 200000000")
            done = await live.reload()
        assert not done.changed
        assert "of memory and this machine has" in done.trouble.failures[0]
        assert await reply
        assert worker(live) == first


async def test_a_changed_context_is_loaded_beside_the_old_one(path: Path) -> None:
    async with running(path) as live:
        first = worker(live)
        with live.lease() as old:
            save(path, "context: 512", "context: 768")
            done = await live.reload()
            assert (done.opened, done.closed) == (("chat",), ("chat",))
            assert await answer(old, Ask(message="Hello", entry="chat"))
        assert worker(live) != first
        model = live.app.status()["chat"].model
        assert model is not None
        assert model.context == 768


def test_the_library_answers(path: Path) -> None:
    with lazyflow.load(path) as app:
        assert app.ask("Hello")


async def test_what_nobody_waits_for_is_answered_from_the_cache_and_gives_way_to_a_turn(path: Path) -> None:
    async with running(path) as live:
        told = await events(live.app, Ask(message="Plan a trip to Rome", entry="chat"))
        answered = "".join(event.text for event in told if isinstance(event, Text))
        said = (Message(Role.USER, "Plan a trip to Rome"), Message(Role.ASSISTANT, answered))
        aside = Ask(message="Write a title.", entry="chat", history=said)
        assert 0 < len(await live.app.aside(aside, enough=lambda text: len(text) > 4)) < 20
        # The person's next message finds what it found before.
        told = await events(live.app, Ask(message="And to Naples?", entry="chat", history=said))
        (usage,) = [event for event in told if isinstance(event, Usage)]
        first_round = 24 + 5
        assert (usage.cached_tokens or 0) >= first_round
        waiting = asyncio.create_task(live.app.aside(aside, enough=lambda _: False))
        await asyncio.sleep(0.01)
        stream = live.app.stream(Ask(message="hi", entry="chat"))
        await anext(stream)
        assert await asyncio.wait_for(waiting, 0.5) == ""
        assert await live.app.aside(aside, enough=lambda _: True) == ""
        await stream.aclose()
