from __future__ import annotations

import asyncio
import time
from typing import Any

from lazyflow.web.doors import LONGEST, Doors


class Building:
    """Keeps the event loop for a while with each page."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.inside = self.most = self.done = 0

    async def __call__(self, _scope: Any, _receive: Any, _send: Any) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0)
        time.sleep(self.seconds)  # noqa: ASYNC251 - what building a page does
        self.inside -= 1
        self.done += 1


async def ask(doors: Doors, path: str = "/", kind: str = "http") -> None:
    await doors({"type": kind, "path": path}, None, None)  # type: ignore[arg-type] # nobody listens


async def test_a_crowd_is_let_in_one_by_one_and_others_have_their_turns_between() -> None:
    building = Building(0.01)
    doors = Doors(building)
    turns = 0

    async def another() -> None:
        nonlocal turns
        while building.done < 5:
            await asyncio.sleep(0)
            turns += building.inside == 0

    await asyncio.gather(another(), *(ask(doors) for _ in range(5)))
    assert (building.done, building.most) == (5, 1)
    assert turns > 100


async def test_nothing_but_pages_waits() -> None:
    building = Building(0)
    doors = Doors(building)
    await asyncio.gather(*(ask(doors, "/static/x.js") for _ in range(5)), *(ask(doors, kind="websocket") for _ in "ab"))
    assert building.most == 7


async def test_a_page_that_takes_very_long_or_fails_keeps_nobody_out() -> None:
    async def failing(scope: Any, _receive: Any, _send: Any) -> None:
        raise ValueError(scope["path"])

    doors = Doors(failing)
    results = await asyncio.wait_for(asyncio.gather(*(ask(doors) for _ in range(3)), return_exceptions=True), 5)
    assert [type(result) for result in results] == [ValueError] * 3
    assert LONGEST < 1
