from __future__ import annotations

import asyncio
from pathlib import Path

from lazyflow.engine.contract import ModelGone, ModelKey, ModelState
from lazyflow.runtime.busy import state
from tests.runtime.app_folder import AppFolder, turn_of_the_loop
from tests.runtime.fake_models import EchoModel

TWO = """
version: 1
nodes:
  first: { type: local, model: one }
  second: { type: local, model: one, system: other }
  third: { type: local, model: two }
  web: { type: web, target: first }
"""


async def test_nodes_that_share_a_model_are_busy_once(folder: AppFolder) -> None:
    folder.save(TWO)
    live = await folder.ready()
    shared = next(model for model in folder.load.models if model.key.path.name == "one")
    shared.go.clear()
    waiting = asyncio.ensure_future(folder.ask(entry="second"))
    await turn_of_the_loop()
    assert {name: state.running for name, state in (await live.app.busy()).items()} == {"first": 1, "third": 0}
    shared.go.set()
    await waiting


async def test_a_model_that_still_loads_is_left_out(folder: AppFolder) -> None:
    folder.save(TWO)
    folder.load.gate.clear()
    live = await folder.start()
    assert await live.app.busy() == {}


class Gone(EchoModel):
    async def state(self) -> ModelState:
        raise ModelGone("its process ended")


async def test_a_model_that_does_not_tell_is_left_out() -> None:
    assert await state(Gone(ModelKey(path=Path("m"), identity=()), lambda _: None)) is None
