from __future__ import annotations

from lazyflow.messages import Role
from lazyflow.nodes.events import NodePath, Usage
from lazyflow.store.conversation import Entry, StepTaken
from lazyflow.web.wire import entry_data, steps_data, usage_data


def step(*path: str) -> StepTaken:
    return StepTaken(path=path, state="ended", seconds=1.0)


def took(tokens: int, *path: str) -> Usage:
    return Usage(path, "m", completion_tokens=tokens)


def tokens_of(steps: tuple[StepTaken, ...], *usages: Usage) -> list[tuple[NodePath, int | None]]:
    told = steps_data(steps, usages)
    return [(taken.path, data.get("tokens")) for taken, data in zip(steps, told, strict=True)]


def test_a_step_shows_the_tokens_of_all_calls_below_it() -> None:
    steps = (step("flow", "plan"), step("flow", "plan", "look"), step("flow", "silent"))
    usages = (took(3, "flow", "plan", "look", "m"), took(4, "flow", "plan", "m"), took(9, "flow", "m"))
    assert tokens_of(steps, *usages) == [
        (("flow", "plan"), 7),
        (("flow", "plan", "look"), 3),
        (("flow", "silent"), None),
    ]


def test_a_node_that_ran_twice_shows_what_each_run_took() -> None:
    steps = (step("flow", "again"), step("flow", "again"))
    assert [took for _, took in tokens_of(steps, took(3, "flow", "again", "m"), took(4, "flow", "again", "m"))] == [
        3,
        4,
    ]


def test_the_footer_names_the_nodes_that_answered() -> None:
    assert (
        usage_data((took(1, "flow", "small"), took(1, "flow", "big"), took(1, "flow", "big")))["node"] == "small + big"
    )
    assert "node" not in usage_data((Usage((), "m"),))


def test_a_reply_tells_who_was_asked_and_whether_it_broke_off() -> None:
    reply = Entry(id="a", parent="q", role=Role.ASSISTANT, text="so far", state="stopped", node="big")
    assert entry_data(reply) == {
        "id": "a",
        "role": "assistant",
        "text": "so far",
        "state": "stopped",
        "asked": "big",
        "broken": True,
    }
