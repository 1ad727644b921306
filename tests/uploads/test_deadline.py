from __future__ import annotations

import itertools
import time
from contextlib import suppress

import pytest

from lazyflow.uploads.deadline import TooLate, no_longer_than


def forgiving() -> None:
    with suppress(Exception):
        time.monotonic()


def endless() -> None:
    """Python code that goes on whatever goes wrong."""
    for _ in itertools.count():
        forgiving()


@pytest.mark.parametrize("seconds", [0.05, 0.0, -1.0])
def test_endless_work_ends(seconds: float) -> None:
    with pytest.raises(TooLate), no_longer_than(seconds):
        endless()


def test_work_that_ends_in_time_is_left_alone_and_so_is_what_follows() -> None:
    for _ in range(200):
        with suppress(TooLate), no_longer_than(0.000_5):
            time.sleep(0.000_5)
        # Whatever came at the last moment would be raised here.
        sum(range(1000))
