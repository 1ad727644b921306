from __future__ import annotations

from lazyflow.engine.steps import Steps


def test_a_step_that_never_ends_is_hung_and_none_that_ended_is() -> None:
    steps = Steps()
    assert not steps.hung(0)
    steps.begin()
    assert steps.hung(-1)
    assert not steps.hung()
    steps.rest()
    assert not steps.hung(-1)


def test_time_outside_the_decode_is_what_python_costs() -> None:
    steps = Steps()
    steps.add(3.0, 2.0, picked=2, read=5)
    steps.add(1.0, 0.5, picked=1, read=0)
    assert (steps.count, steps.outside, steps.picked, steps.read) == (2, 1.5, 3, 5)
