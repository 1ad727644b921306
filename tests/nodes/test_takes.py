"""What each type of node can be given beside text: asked before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from lazyflow.nodes.contract import TEXT_ALONE, Node, Takes, taken
from lazyflow.nodes.fallback import FallbackNode
from lazyflow.nodes.parallel import ParallelNode
from lazyflow.nodes.pipeline import PipelineNode
from lazyflow.nodes.prompt import PromptNode
from lazyflow.nodes.python import PythonNode
from lazyflow.nodes.router import ModelRouter, RulesRouter
from lazyflow.spec.nodes import Fallback, PromptSpec, PythonSpec, Route
from tests.nodes.fake_node import FakeNode

BLIND = FakeNode("blind")


class Able(FakeNode):
    """A node that takes tools and pictures."""

    async def takes(self) -> Takes:
        return Takes(tools=True, images=True)


class Deaf(FakeNode):
    """A callable that asks for no files."""

    async def takes(self) -> Takes:
        return Takes(documents=False)


SEES, DEAF = Able("sees"), Deaf("deaf")
ROUTES = (Route(to="sees", when="input", about="all"),)


@pytest.mark.parametrize(
    ("node", "takes"),
    [
        (BLIND, TEXT_ALONE),
        (SEES, Takes(tools=True, images=True)),
        (FallbackNode(SEES, [BLIND], Fallback()), Takes(tools=True, images=True)),
        (FallbackNode(BLIND, [SEES], Fallback()), TEXT_ALONE),
        (PromptNode(PromptSpec(name="p", model="sees", template="{{ input }}"), SEES), Takes(images=True)),
        (PromptNode(PromptSpec(name="p", model="blind", template="{{ input }}"), BLIND), TEXT_ALONE),
        (PipelineNode("p", [SEES, BLIND]), Takes(images=True)),
        (PipelineNode("p", [SEES]), Takes(images=True)),
        (PipelineNode("p", [BLIND, SEES]), TEXT_ALONE),
        (ParallelNode("p", {"a": BLIND, "b": SEES}, None), Takes(images=True)),
        (ParallelNode("p", {"a": BLIND}, None), TEXT_ALONE),
        (RulesRouter("r", ROUTES, {"sees": SEES, "blind": BLIND}, "blind"), Takes(images=True)),
        (ParallelNode("p", {"a": DEAF, "b": SEES}, None), Takes(images=True)),
        (PipelineNode("p", [DEAF, SEES]), Takes(documents=False)),
        (ModelRouter("r", SEES, ROUTES, {"sees": BLIND}, None), TEXT_ALONE),
    ],
)
async def test_a_flow_takes_what_the_node_takes_that_gets_it(node: Node, takes: Takes) -> None:
    assert await taken(node) == takes


@pytest.mark.parametrize(("signature", "images"), [("message, files", True), ("message", False), ("m, **all", True)])
async def test_a_callable_takes_pictures_where_it_asks_for_files(signature: str, images: bool, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(f"def reply({signature}):\n    return 'ok'\n")
    node = PythonNode(PythonSpec(name="own", call="./own.py:reply"), tmp_path)
    await node.open()
    assert await taken(node) == Takes(images=images, documents=images)
