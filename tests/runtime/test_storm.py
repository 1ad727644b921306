"""Edits at random, good and bad, saved in every way, while conversations stream without pause."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from lazyflow.graph.load import Source, load
from lazyflow.nodes.events import Failure, Text
from lazyflow.runtime.contract import Ask
from lazyflow.runtime.live import Live
from tests.runtime import real_storm
from tests.runtime.app_folder import AppFolder
from tests.runtime.author import Author
from tests.runtime.test_watch import until, watched

CONVERSATIONS = 8


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


@pytest.mark.model
def test_a_storm_on_the_real_model_cuts_no_reply_and_loads_nothing_twice(tmp_path: Path, smollm2: Path) -> None:
    figures = real_storm.run(tmp_path, smollm2, edits=15, seed=3)
    print(figures.told())  # noqa: T201 - shown where it fails
    figures.check()


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
