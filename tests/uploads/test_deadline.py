from __future__ import annotations

import itertools
import time
from contextlib import nullcontext, suppress

import pytest

from lazyflow.uploads.deadline import TooLate, within

# What meets a collection of garbage is lost and comes again.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def forgiving() -> None:
    with suppress(Exception):
        time.monotonic()


def endless() -> None:
    """Python code that goes on whatever goes wrong."""
    for _ in itertools.count():
        forgiving()


def losing() -> None:
    for way in (suppress(TooLate), suppress(TooLate), nullcontext()):
        with way:
            endless()


@pytest.mark.parametrize("seconds", [0.05, 0.0, -1.0])
def test_endless_work_ends(seconds: float) -> None:
    with pytest.raises(TooLate):
        within(seconds, endless)


def test_an_end_that_is_lost_comes_again() -> None:
    with pytest.raises(TooLate):
        within(0.05, losing)


def test_what_the_work_gives_or_raises_comes_through() -> None:
    assert within(10, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(10, lambda: 1 // 0)


def test_work_that_ends_in_time_is_left_alone_and_so_is_what_follows() -> None:
    for number in range(400):
        with suppress(TooLate):
            within(0.000_5, lambda: time.sleep(0.000_5))
        # Whatever came at the last moment would be raised here.
        sum(range(number * 10))
