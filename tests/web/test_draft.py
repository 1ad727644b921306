from __future__ import annotations

from dataclasses import replace

from lazyflow.messages import Role
from lazyflow.nodes.events import Failure, Notice, Request, Step, Text, Thinking, Usage
from lazyflow.store.conversation import Entry, StepTaken
from lazyflow.web.draft import Draft
from lazyflow.web.steps import MOST_OUTPUT
from lazyflow.web.wire import entry_data, running_data


def empty() -> Entry:
    return Entry(id="r1", parent="q1", role=Role.ASSISTANT, state="running")


def stood() -> Entry:
    steps = (StepTaken(path=("chat", "plan"), state="ended", output="Look it up."),)
    return replace(
        empty(), state="stopped", text="So far", thinking="hm", thinking_seconds=2.0, steps=steps, notices=("trimmed",)
    )


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_changes_are_only_what_is_new_joined_by_kind_and_in_order() -> None:
    draft = Draft(empty())
    for event in (Thinking("a"), Thinking("b"), Text("c"), Text("d")):
        draft.take(event)
    assert [(change["t"], change["s"]) for change in draft.changes()[:2]] == [("think", "ab"), ("text", "cd")]
    assert draft.changes() == []
    draft.take(Text("e"))
    assert draft.changes() == [{"t": "text", "id": "r1", "s": "e"}]


def test_thinking_takes_the_time_until_the_first_word_of_the_answer() -> None:
    clock = Clock()
    draft = Draft(empty(), clock=clock)
    draft.take(Thinking("hm"))
    clock.now = 2.5
    draft.take(Text("yes"))
    clock.now = 9.0
    draft.close("done")
    assert draft.entry().thinking_seconds == 2.5


def test_thinking_that_never_came_to_an_answer_ends_with_the_turn() -> None:
    clock = Clock()
    draft = Draft(empty(), clock=clock)
    draft.take(Thinking("hm"))
    clock.now = 4.0
    draft.close("stopped")
    assert (draft.entry().thinking_seconds, draft.state) == (4.0, "stopped")


def test_a_failure_stays_one_when_the_turn_ends() -> None:
    draft = Draft(empty())
    draft.take(Failure(("chat",), "gone"))
    draft.close("done")
    assert draft.state == "failed"


def test_steps_of_one_node_that_runs_twice_are_two() -> None:
    draft = Draft(empty())
    for seconds in (1.0, 2.0):
        draft.take(Step(("chat", "a"), "began"))
        draft.take(Step(("chat", "a"), "output", "x"))
        draft.take(Step(("chat", "a"), "ended", seconds=seconds))
    draft.take(Step(("chat", "b"), "began"))
    draft.take(Step(("chat", "b"), "failed", seconds=0.1))
    steps = [(step.path[-1], step.state, step.output, step.seconds) for step in draft.entry().steps]
    assert steps == [("a", "ended", "x", 1.0), ("a", "ended", "x", 2.0), ("b", "failed", "", 0.1)]


def test_a_step_that_talks_without_end_is_cut() -> None:
    draft = Draft(empty())
    for _ in range(100):
        draft.take(Step(("a",), "output", "x" * 1000))
    assert len(draft.entry().steps[0].output) <= MOST_OUTPUT + 1000


def test_the_footer_adds_up_the_calls_and_leaves_out_what_is_unknown() -> None:
    draft = Draft(empty())
    draft.take(Usage(("a",), "small", 10, 5))
    draft.take(Usage(("b",), "large", 20, 40, None, 0.5, 2.5, finish_reason="length"))
    draft.take(Notice("trimmed", "shorter"))
    told = entry_data(draft.entry())
    assert told["usage"] == {
        "model": "small + large",
        "node": "a + b",
        "tokens": 45,
        "prompt": 30,
        "first": 0.5,
        "speed": 20.0,
        "cut": True,
    }
    assert told["notices"] == ["shorter"]
    silent = Draft(empty())
    silent.take(Usage(("a",), "online"))
    assert entry_data(silent.entry())["usage"] == {"model": "online", "node": "a"}


def test_a_reply_that_is_gone_on_with_keeps_all_that_stands() -> None:
    draft = Draft(stood())
    for event in (Text(", and"), Step(("chat", "more"), "began"), Notice("trimmed", "again"), Text(" on")):
        draft.take(event)
    draft.close("done")
    assert [change["s"] for change in draft.changes() if change["t"] == "text"] == [", and on"]
    reply = draft.entry()
    assert (reply.text, reply.thinking, reply.thinking_seconds) == ("So far, and on", "hm", 2.0)
    assert [step.path[-1] for step in reply.steps] == ["plan", "more"]
    assert reply.notices == ("trimmed", "again")


def test_an_answer_given_anew_that_begins_the_same_only_adds_to_what_stands() -> None:
    draft = Draft(stood())
    draft.answer_anew()
    draft.changes()
    for piece in ("So", " f", "ar, so", " good"):
        draft.take(Text(piece))
    assert draft.changes() == [{"t": "text", "id": "r1", "s": ", so good"}]
    assert draft.entry().text == "So far, so good"
    assert (draft.entry().thinking, draft.entry().steps, draft.entry().notices) == ("", (), ())


def test_an_answer_given_anew_that_differs_takes_the_place_of_the_old_one() -> None:
    draft = Draft(stood())
    draft.answer_anew()
    assert draft.changes() == [{"t": "anew"}]
    draft.take(Text("So "))
    assert draft.entry().text == "So far"
    draft.take(Text("what?"))
    assert draft.changes() == [{"t": "anew"}]
    draft.take(Text("!"))
    assert draft.changes() == [{"t": "text", "id": "r1", "s": "!"}]
    assert draft.entry().text == "So what?!"


def test_an_answer_given_anew_may_be_shorter_but_not_because_it_was_stopped() -> None:
    for state, text in (("done", "So"), ("stopped", "So far")):
        draft = Draft(stood())
        draft.answer_anew()
        draft.take(Text("So"))
        draft.close(state)  # type: ignore[arg-type] # both are states
        assert draft.entry().text == text


def test_a_queue_is_shown_as_it_moves_and_until_anything_else_is_told() -> None:
    draft = Draft(empty())
    for place in (3, 2):
        draft.take(Notice("queued", f"place {place}", place))
        assert [change["t"] for change in draft.changes()] == ["more"]
        assert running_data(draft.queue, draft.at) == {"queue": {"text": f"place {place}", "place": place}}
    draft.take(Text("hi"))
    assert [change["t"] for change in draft.changes()] == ["text", "more"]
    assert running_data(draft.queue, draft.at) == {}
    assert draft.entry().notices == ()
    draft.take(Notice("queued", "trying again in 3 s"))
    draft.close("stopped")
    assert draft.queue is None


def test_the_node_at_work_is_the_last_one_that_began_or_asked_its_model() -> None:
    draft = Draft(empty())
    seen = []
    for event in (
        Step(("flow", "a"), "began"),
        Request(("flow", "a"), (), ()),
        Step(("flow", "a"), "ended", seconds=1.0),
        Request(("flow", "b"), (), ()),
        Text("Yes."),
    ):
        draft.take(event)
        seen.append(draft.at)
    assert seen == [("flow", "a"), ("flow", "a"), ("flow",), ("flow", "b"), ("flow", "b")]
    assert running_data(None, draft.at) == {"at": ["flow", "b"]}
    draft.close("done")
    assert draft.at == ()
