from __future__ import annotations

import pytest

from lazyflow.nodes.contract import NodeFailed, Turn
from lazyflow.nodes.events import Notice, Step
from lazyflow.nodes.router import ModelRouter, RulesRouter, named
from lazyflow.spec.nodes import Route
from tests.nodes.fake_node import FakeNode, answer

ABOUT = (Route(to="billing", about="invoices"), Route(to="tech-support", about="errors"))
RULES = (Route(to="billing", when="'refund' in input|lower"), Route(to="tech-support", when="files"))


def targets() -> dict[str, FakeNode]:
    return {name: FakeNode(name, [f"I am {name}"]) for name in ("billing", "tech-support", "chat")}


async def test_a_rule_that_holds_decides_and_no_other_branch_runs() -> None:
    nodes = targets()
    text, _ = await answer(RulesRouter("triage", RULES, nodes, "chat"), Turn(message="A REFUND!"))
    assert text == "I am billing"
    assert [name for name, node in nodes.items() if node.turns] == ["billing"]


async def test_where_no_rule_holds_the_default_answers() -> None:
    assert (await answer(RulesRouter("triage", RULES, targets(), "chat"), Turn(message="hi")))[0] == "I am chat"


async def test_where_no_rule_holds_and_there_is_no_default_the_person_is_told() -> None:
    with pytest.raises(NodeFailed, match="no route fits"):
        await answer(RulesRouter("triage", RULES, targets(), None), Turn(message="hi"))


async def test_a_model_chooses_among_the_routes_and_only_among_them() -> None:
    model, nodes = FakeNode("judge", ["tech-support"]), targets()
    text, others = await answer(ModelRouter("triage", model, ABOUT, nodes, "chat"), Turn(message="it crashed"))
    assert text == "I am tech-support"
    assert nodes["tech-support"].turns[0].message == "it crashed"
    assert model.turns[0].wishes("judge").choices == ("billing", "tech-support", "chat")
    assert "- billing: invoices" in model.turns[0].message
    assert [event.path for event in others if isinstance(event, Step)] == [("triage", "judge")] * 3


async def test_a_model_that_answers_nonsense_leads_to_the_default_with_a_notice() -> None:
    router = ModelRouter("triage", FakeNode("judge", ["bananas"]), ABOUT, targets(), "chat")
    text, others = await answer(router, Turn(message="?"))
    assert text == "I am chat"
    assert [event.kind for event in others if isinstance(event, Notice)] == ["routed"]


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        ("billing", "billing"),
        (" 'Billing'. ", "billing"),
        ("I think billing should do it", "billing"),
        ("billing or tech", None),
        ("tech-support", "tech-support"),
        ("prebilling", None),
        ("", None),
    ],
)
def test_a_choice_is_read_out_of_what_a_model_says(said: str, choice: str | None) -> None:
    assert named(said, ("billing", "tech", "tech-support")) == choice


async def test_the_route_goes_on_with_what_stands_of_the_answer_and_the_deciding_model_does_not() -> None:
    model, nodes = FakeNode("judge", ["billing"]), targets()
    await answer(ModelRouter("triage", model, ABOUT, nodes, "chat"), Turn(message="hi", begun="so far"))
    assert [model.turns[0].begun, nodes["billing"].turns[0].begun] == ["", "so far"]
