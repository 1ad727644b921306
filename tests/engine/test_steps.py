from __future__ import annotations

import time

from lazyflow.engine.steps import Steps


def busy() -> int:
    end = time.thread_time() + 0.01
    while time.thread_time() < end:
        pass
    return 3


def test_a_step_that_never_ends_is_hung_and_none_that_ended_is() -> None:
    steps = Steps()
    assert not steps.hung(0)
    steps.begin()
    assert steps.hung(-1)
    assert not steps.hung()
    steps.rest()
    assert not steps.hung(-1)


def test_what_is_not_the_decode_is_outside_it() -> None:
    steps = Steps()
    for _ in range(2):
        steps.begin()
        busy()
        code, seconds = steps.decode(busy)
        steps.end(picked=2, read=5)
        assert code == 3
        assert seconds >= 0.01
    assert (steps.count, steps.picked, steps.read) == (2, 4, 10)
    assert steps.decoding >= 0.02
    assert steps.outside >= 0.02


def test_a_step_that_came_to_nothing_is_not_counted() -> None:
    steps = Steps()
    steps.begin()
    steps.decode(busy)
    steps.begin()
    steps.end(picked=1, read=0)
    assert steps.count == 1
    assert steps.decoding == 0
