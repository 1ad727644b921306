from __future__ import annotations

import pytest

from lazyflow.engine import scheduler
from lazyflow.engine.scheduler import Reading, Waiting


@pytest.mark.parametrize(
    ("decoding", "reading", "plan"),
    [
        ([], [], []),
        ([3, 1], [], [(1, 1), (3, 1)]),
        ([], [Reading(0, 900, 0.0)], [(0, 512)]),
        ([2], [Reading(0, 900, 0.0)], [(0, 256), (2, 1)]),
        ([], [Reading(0, 400, 0.0), Reading(1, 100, 0.0)], [(0, 400), (1, 100)]),
        ([], [Reading(0, 500, 0.0), Reading(1, 100, 0.0)], [(0, 412), (1, 100)]),
        ([], [Reading(0, 800, 9.0), Reading(1, 100, 0.0)], [(0, 512)]),
        ([5, 6], [Reading(0, 300, 0.0), Reading(1, 256, 0.0)], [(1, 256), (5, 1), (6, 1)]),
        ([5], [Reading(0, 300, 0.0), Reading(1, 256, 0.0)], [(0, 255), (1, 256), (5, 1)]),
    ],
)
def test_a_step_serves_every_answer_and_the_shortest_prompts(
    decoding: list[int], reading: list[Reading], plan: list[tuple[int, int]]
) -> None:
    assert scheduler.step(decoding, reading, batch=512, chunk=256) == plan


def test_a_step_never_exceeds_the_batch() -> None:
    plan = scheduler.step(range(4), [Reading(number, 100, 0.0) for number in range(4, 8)], batch=8, chunk=256)
    assert sum(tokens for _, tokens in plan) == 8


@pytest.mark.parametrize(
    ("waiting", "running", "order"),
    [
        ([], {}, []),
        ([Waiting(1, 500, 0.0, "ann"), Waiting(2, 10, 0.0, "bob")], {}, [2, 1]),
        ([Waiting(1, 500, 9.0, "ann"), Waiting(2, 10, 0.0, "bob")], {}, [1, 2]),
        ([Waiting(1, 10, 0.0, "ann"), Waiting(2, 500, 0.0, "bob")], {"ann": 1}, [2, 1]),
        ([Waiting(1, 10, 0.0, "ann"), Waiting(2, 11, 0.0, "ann"), Waiting(3, 12, 0.0, "bob")], {}, [1, 3, 2]),
    ],
)
def test_the_queue_is_fair_between_people(waiting: list[Waiting], running: dict[str, int], order: list[int]) -> None:
    assert scheduler.queue(waiting, running) == order


@pytest.mark.parametrize(
    ("chunk", "seconds", "then"),
    [
        (256, 0.1, 256),
        (256, 0.2, 128),
        (256, 9.0, 128),
        (64, 9.0, 64),
        (256, 0.01, 512),
        (512, 0.01, 512),
        (256, 0, 512),
    ],
)
def test_the_chunk_steers_towards_the_target(chunk: int, seconds: float, then: int) -> None:
    assert scheduler.next_chunk(chunk, chunk, seconds, 512) == then


def test_the_line_has_an_end() -> None:
    assert scheduler.has_room([""] * (scheduler.MOST_WAITING - 1), "")
    assert not scheduler.has_room([""] * scheduler.MOST_WAITING, "")
    assert not scheduler.has_room(["ann"] * scheduler.MOST_WAITING, "bob")


def test_one_person_never_fills_the_line_for_others() -> None:
    half = ["ann"] * (scheduler.MOST_WAITING // 2)
    assert not scheduler.has_room(half, "ann")
    assert scheduler.has_room(half, "bob")


@pytest.mark.parametrize(
    ("waiting", "seconds", "slots", "wait"), [(128, 4.0, 8, 64.0), (1, 0.1, 8, 1.0), (0, 9.0, 1, 1.0)]
)
def test_the_wait_is_told_by_how_fast_answers_end(waiting: int, seconds: float, slots: int, wait: float) -> None:
    assert scheduler.seconds_to_wait(waiting, seconds, slots) == wait
