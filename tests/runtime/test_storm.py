"""Edits at random, good and bad, saved in every way, while conversations stream without pause."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from lazyflow.graph.load import Source, load
from lazyflow.nodes.events import Failure, Text
from lazyflow.runtime.contract import Ask
from lazyflow.runtime.live import Live
from tests.runtime.app_folder import AppFolder
from tests.runtime.test_watch import until, watched

CONVERSATIONS = 8


class Author:
    """Makes one random edit after another; each model has a name that was never used before."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = random.Random(seed)  # noqa: S311 - a test that can be repeated
        self.models = 0
        self.model = "m0"
        self.extra = ""
        self.title = "Start"

    def good(self) -> str:
        # Beside a model that fails, another new one would be loaded in vain, and again for the next try.
        extra = "" if self.model.startswith("bad") else self.extra
        return (
            f"version: 1\nnodes:\n  chat: {{ type: local, model: {self.model} }}\n{extra}"
            f"  web: {{ type: web, target: chat, history: [chat], title: {self.title} }}\n"
        )

    def name(self) -> str:
        self.models += 1
        return f"m{self.models}"

    def text(self) -> str:
        match self.random.randrange(8):
            case 0:
                return self.good() + "nodes: ["
            case 1:
                return self.good().replace("target: chat", "target: nobody")
            case 2:
                return self.good().replace(f"model: {self.model}", f"model: no{self.name()}")
            case 3:
                self.model = self.name()
            case 4:
                self.model = f"bad{self.name()}"  # it stays so until the next model is named
            case 5:
                self.extra = "" if self.extra else f"  extra: {{ type: local, model: {self.name()} }}\n"
            case _:
                self.title = f"Title{self.random.randrange(1000)}"
        return self.good()

    async def save(self, text: str) -> None:
        match self.random.randrange(6):
            case 0:
                beside = self.path.with_name(".swap")
                beside.write_text(text)
                beside.rename(self.path)
            case 1:
                with self.path.open("w") as file:
                    await asyncio.sleep(0.01)
                    file.write(text)
            case 2:
                self.path.unlink()
                await asyncio.sleep(0.2)
                self.path.write_text(text)
            case 3:
                self.path.chmod(0)
                await asyncio.sleep(0.01)
                self.path.chmod(0o644)
                self.path.write_text(text)
            case _:
                self.path.write_text(text)


async def converse(live: Live, name: str, enough: Callable[[], bool]) -> int:
    """Ask on and on; every reply must be whole and of one model. How many there were."""
    replies = 0
    while not enough():
        said = []
        with live.lease() as app:
            async for event in app.stream(Ask(message=f"{name} says this", entry="chat", conversation=name)):
                assert not isinstance(event, Failure), event
                if isinstance(event, Text):
                    said.append(event.text)
                await asyncio.sleep(0.002)
        model, _, rest = "".join(said).partition(":")
        assert model.startswith("m")
        assert rest.strip() == f"{name} says this"
        replies += 1
    return replies


@pytest.mark.parametrize("roomy", [True, False], ids=["roomy", "tight"])
@pytest.mark.parametrize("edits", [25, pytest.param(500, marks=pytest.mark.slow)])
async def test_a_storm_of_edits_cuts_no_reply_and_loads_nothing_twice(
    folder: AppFolder, edits: int, roomy: bool
) -> None:
    author = Author(folder.path, seed=edits)
    folder.roomy = roomy
    folder.save(author.good())
    async with watched(folder) as live:
        over = asyncio.Event()
        talks = [asyncio.create_task(converse(live, f"p{n}", over.is_set)) for n in range(CONVERSATIONS)]
        for _ in range(edits):
            await author.save(author.text())
            await asyncio.sleep(author.random.choice([0.0, 0.01, 0.1]))
        author.model, author.title = author.name(), "End"
        await author.save(author.good())
        last = load(Source((folder.path,)))
        await until(live, lambda: live.app.spec == last.app and live.trouble.problems == ())
        over.set()
        replies = await asyncio.gather(*talks)
        assert min(replies) > 1
        loads = Counter(folder.loaded)
        failed = {name for name in loads if name.startswith("bad")}
        assert failed
        assert {loads[name] for name in failed} == {1}
        if roomy:
            assert loads.total() == len(loads)
        else:  # what made room for a model that failed came back
            assert loads.total() > len(loads)
        await asyncio.sleep(0.05)
        wanted = {author.model} | ({author.extra.split()[-2]} if author.extra else set())
        assert {model.key.path.name for model in folder.load.open} == wanted
