"""The examples on the real model, asked as a program asks them."""

from __future__ import annotations

from pathlib import Path

import pytest

import lazyflow
from lazyflow.graph.load import Source, check
from lazyflow.nodes.events import Event, Failure, Request, Step, Text, Usage
from tests.acceptance.example_apps import APPS, LONGEST, copy_of
from tests.acceptance.served import ROOT

COOK, GARDENER = "You are a cook. Answer in three sentences.", "You are a gardener. Answer in three sentences."


async def asked(app: Path, *messages: str) -> list[list[Event]]:
    """The events of each answer, the app open once for all of them."""
    answers = []
    async with lazyflow.load(app) as open_app:
        for message in messages:
            events = [event async for event in open_app.stream(message)]
            answers.append(events)
    return answers


def text(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


def requests(events: list[Event]) -> list[Request]:
    return [event for event in events if isinstance(event, Request)]


def outputs(events: list[Event]) -> dict[tuple[str, ...], str]:
    """What each step said, by path; only steps that ended, and that took some time."""
    steps = [event for event in events if isinstance(event, Step)]
    ended = [step.path for step in steps if step.state == "ended" and step.seconds > 0]
    return {path: "".join(step.output for step in steps if step.path == path) for path in ended}


@pytest.mark.parametrize("name", APPS)
def test_an_example_has_no_mistake_and_says_nothing_to_warn_of(name: str) -> None:
    assert check(Source((ROOT / "apps" / name / "app.yaml",), {})).problems == ()


@pytest.mark.model
@pytest.mark.parametrize("name", APPS)
def test_an_example_answers_a_plain_question_of_a_program(name: str, tmp_path: Path) -> None:
    with lazyflow.load(copy_of(name, tmp_path)) as app:
        assert app.ask("Good morning, my friend.").strip()


@pytest.mark.model
async def test_the_translator_translates_what_was_corrected_and_tells_time_and_tokens_of_both(tmp_path: Path) -> None:
    (events,) = await asked(copy_of("translator", tmp_path), "Good morning my freind")
    assert not [event for event in events if isinstance(event, Failure)]
    corrected = outputs(events)
    assert list(corrected) == [("translator", "correct")]
    first, second = requests(events)
    assert (first.path, second.path) == (("translator", "correct", "model"), ("translator", "translate", "model"))
    assert "Good morning my freind" in first.messages[-1][1]
    assert corrected["translator", "correct"] in second.messages[-1][1]
    assert ("max_tokens", str(LONGEST)) in second.parameters
    usages = [event for event in events if isinstance(event, Usage)]
    assert [usage.path for usage in usages] == [first.path, second.path]
    assert all(usage.completion_tokens and usage.seconds for usage in usages)
    assert text(events).strip()


@pytest.mark.model
async def test_both_opinions_are_joined_as_the_template_says(tmp_path: Path) -> None:
    (events,) = await asked(copy_of("second-opinion", tmp_path), "Should I learn to sail?")
    said = outputs(events)
    assert set(said) == {("opinions", "optimist"), ("opinions", "sceptic")}
    hopeful, careful = said["opinions", "optimist"], said["opinions", "sceptic"]
    assert text(events) == f"**The optimist**\n\n{hopeful}\n\n**The sceptic**\n\n{careful}"
    assert len({request.messages[0] for request in requests(events)}) == 2


@pytest.mark.model
async def test_triage_runs_the_branch_of_the_rule_and_no_other(tmp_path: Path) -> None:
    recipe, garden = await asked(copy_of("triage", tmp_path), "A RECIPE for soup", "What grows in a shady garden?")
    for events, who, system in ((recipe, "cook", COOK), (garden, "gardener", GARDENER)):
        (request,) = requests(events)
        assert (request.path, request.messages[0]) == (("triage", who, "model"), ("system", system))
        assert text(events).strip()


@pytest.mark.model
async def test_where_no_rule_holds_the_model_can_only_name_a_route_and_that_one_runs(tmp_path: Path) -> None:
    (events,) = await asked(copy_of("triage", tmp_path), "How long do I boil an egg?")
    question, answer = requests(events)
    assert question.path == ("triage", "judge", "model")
    assert ("grammar", 'root ::= "cook" | "gardener" | "model"') in question.parameters
    chosen = outputs(events)["triage", "judge", "model"]
    assert chosen in {"cook", "gardener", "model"}
    assert answer.path[:3] == ("triage", "judge", chosen)
    assert text(events).strip()
