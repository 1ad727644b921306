from __future__ import annotations

import pytest

from lazyflow.messages import Message, Role
from lazyflow.nodes.contract import NodeFailed, Overrides, Turn
from lazyflow.nodes.prompt import PromptNode
from lazyflow.spec.nodes import PromptSpec
from lazyflow.spec.sampling import Sampling
from tests.nodes.fake_node import FakeNode, answer

HISTORY = (Message(Role.USER, "My name is Ada"), Message(Role.ASSISTANT, "Hello Ada"))


def prompt(template: str, model: FakeNode, *, system: str | None = None, sampling: Sampling = Sampling()) -> PromptNode:
    return PromptNode(
        PromptSpec(name="ask", model=model.name, template=template, system=system, sampling=sampling), model
    )


async def test_the_model_is_asked_what_the_template_says() -> None:
    model = FakeNode("m", ["Guten Tag"])
    turn = Turn(message="good day", outputs={"find-tone": "formal"})
    text, _ = await answer(prompt("Translate ({{ find_tone }}): {{ input }}", model), turn)
    assert text == "Guten Tag"
    assert model.turns[0].message == "Translate (formal): good day"
    assert model.turns[0].path == ("ask", "m")


async def test_system_and_sampling_are_the_prompts_own_and_a_callers_wish_wins() -> None:
    model = FakeNode("m")
    node = prompt("{{ input }}", model, system="Be brief", sampling=Sampling(temperature=0.1, max_tokens=9))
    wish = Overrides(sampling=Sampling(temperature=1.5))
    await answer(node, Turn(message="x", overrides={"ask": wish}))
    assert model.turns[0].wishes("m") == Overrides(system="Be brief", sampling=Sampling(temperature=1.5, max_tokens=9))


@pytest.mark.parametrize(
    ("template", "readers", "passed"),
    [
        ("{{ input }}", {"ask"}, HISTORY),
        ("{{ input }}", {"m"}, HISTORY),
        ("{{ input }}", {"ask", "m"}, HISTORY),
        ("{{ input }}", set(), ()),
        ("{{ history[0].content }} {{ input }}", {"ask"}, ()),
        ("{{ history[0].content }} {{ input }}", {"ask", "m"}, ()),
    ],
)
async def test_the_conversation_reaches_the_model_once(template: str, readers: set[str], passed: object) -> None:
    model = FakeNode("m")
    await answer(prompt(template, model), Turn(message="x", history=HISTORY, readers=frozenset(readers)))
    assert model.turns[0].history_for("m") == passed


async def test_a_template_sees_only_the_history_that_its_node_may_read() -> None:
    model = FakeNode("m")
    await answer(prompt("{{ history|length }}", model), Turn(message="x", history=HISTORY))
    assert model.turns[0].message == "0"


async def test_a_template_that_fails_names_its_node() -> None:
    with pytest.raises(NodeFailed, match=r"node 'ask': .*'nothing' is undefined"):
        await answer(prompt("{{ nothing }}", FakeNode("m")), Turn(message="x"))


async def test_the_model_goes_on_with_what_stands_of_the_answer() -> None:
    model = FakeNode("m", ["!"])
    await answer(prompt("{{ input }}", model), Turn(message="x", begun="so far"))
    assert model.turns[0].begun == "so far"
