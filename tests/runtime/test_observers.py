"""Observers hear of every turn and every reload, whatever becomes of it, and harm none."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from lazyflow.nodes.events import Event, Failure, Text
from lazyflow.runtime.app import App
from lazyflow.runtime.contract import Ask, Asked, Outcome, Reloaded
from lazyflow.runtime.observers import Observers
from tests.nodes.fake_node import FakeNode
from tests.runtime.app_folder import AppFolder, events
from tests.runtime.test_app import graph


@dataclass
class Heard:
    """One turn, as it was told; `breaks` says at what it raises."""

    asked: Asked
    breaks: str
    events: list[Event] = field(default_factory=list)
    ends: list[Outcome] = field(default_factory=list)

    def event(self, event: Event) -> None:
        self.events.append(event)
        if self.breaks == "event":
            raise ZeroDivisionError

    def end(self, outcome: Outcome) -> None:
        self.ends.append(outcome)
        if self.breaks == "end":
            raise ZeroDivisionError


class Recorder:
    """An observer that writes everything down."""

    def __init__(self, breaks: str = "") -> None:
        self.breaks = breaks
        self.turns: list[Heard] = []
        self.reloads: list[Reloaded] = []

    def turn(self, asked: Asked) -> Heard:
        if self.breaks == "turn":
            raise ZeroDivisionError
        self.turns.append(Heard(asked, self.breaks))
        return self.turns[-1]

    def reloaded(self, done: Reloaded) -> None:
        self.reloads.append(done)
        if self.breaks == "reloaded":
            raise ZeroDivisionError


def observed(node: FakeNode, *recorders: Recorder) -> App:
    observers = Observers()
    for recorder in recorders:
        observers.add(recorder)
    return App(graph(), {node.name: node}, {}, observers)


async def test_a_turn_is_heard_to_its_end() -> None:
    recorder = Recorder()
    app = observed(FakeNode("a", ["x", "y"]), recorder)
    told = await events(app, Ask(message="hi", entry="a", conversation="c1"))
    (heard,) = recorder.turns
    assert (heard.asked.node, heard.asked.spec, heard.asked.conversation) == ("a", app.spec, "c1")
    assert heard.events == told == [Text("x"), Text("y")]
    assert heard.ends == ["answered"]


async def test_a_turn_that_fails_is_heard_as_one() -> None:
    recorder = Recorder()
    await events(observed(FakeNode("a", ["x"], fails="it broke"), recorder), Ask(message="hi", entry="a"))
    assert recorder.turns[0].events == [Text("x"), Failure(("a",), "it broke")]
    assert recorder.turns[0].ends == ["failed"]


@pytest.mark.parametrize(
    ("node", "read", "outcome"),
    [
        (FakeNode("a", ["x"], hangs=True), 1, "cancelled"),
        (FakeNode("a", ["x"], fails="it broke"), 2, "failed"),
    ],
)
async def test_a_turn_that_is_cut_off_is_heard_to_end_once(node: FakeNode, read: int, outcome: Outcome) -> None:
    recorder = Recorder()
    stream = observed(node, recorder).stream(Ask(message="hi", entry="a"))
    for _ in range(read):
        await anext(stream)
    assert recorder.turns[0].ends == []
    await stream.aclose()
    assert recorder.turns[0].ends == [outcome]


async def test_a_node_that_is_none_is_no_turn() -> None:
    recorder = Recorder()
    await events(observed(FakeNode("a"), recorder), Ask(message="hi", entry="made-up"))
    assert recorder.turns == []


@pytest.mark.parametrize("breaks", ["turn", "event", "end"])
async def test_an_observer_that_breaks_harms_neither_the_answer_nor_the_others(
    breaks: str, caplog: pytest.LogCaptureFixture
) -> None:
    fine = Recorder()
    app = observed(FakeNode("a", ["x"]), Recorder(breaks), fine)
    assert await events(app, Ask(message="hi", entry="a")) == [Text("x")]
    assert fine.turns[0].ends == ["answered"]
    assert "an observer broke" in caplog.text


async def test_every_generation_tells_the_same_observers_and_each_reload_its_outcome(folder: AppFolder) -> None:
    live = await folder.ready()
    recorder = Recorder()
    end = live.observe(recorder)
    assert await folder.ask() == "one: hi"
    await folder.edit("history: [chat]", "history: [chat], title: New")
    assert await folder.ask() == "one: hi"
    await folder.edit("type: local", "type: lcal")
    await folder.edit("type: lcal", "type: local")
    end()
    assert await folder.ask() == "one: hi"
    assert [turn.ends for turn in recorder.turns] == [["answered"], ["answered"]]
    assert [done.outcome for done in recorder.reloads] == ["applied", "refused", "unchanged"]


async def test_an_observer_that_breaks_harms_no_reload(folder: AppFolder) -> None:
    live = await folder.ready()
    live.observe(Recorder("reloaded"))
    assert (await folder.edit("history: [chat]", "history: [chat], title: New")).outcome == "applied"


async def test_work_aside_is_no_turn_of_anybody() -> None:
    recorder = Recorder()
    app = observed(FakeNode("a", ["x"]), recorder)
    assert await app.aside(Ask(message="a title", entry="a"), lambda _: False) == "x"
    assert recorder.turns == []
