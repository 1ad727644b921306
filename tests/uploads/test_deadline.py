from __future__ import annotations

import itertools
import subprocess
import sys
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


@pytest.mark.parametrize("work", ["lambda: 1", "lambda: time.sleep(0.1)", "forgiving"])
def test_a_debugger_can_go_on_afterwards(work: str) -> None:
    script = f"""
import sys, time
from lazyflow.uploads.deadline import TooLate, within

def forgiving():
    while True:
        try:
            time.sleep(0)
        except Exception:
            pass

def next_work():
    return "went on"

try:
    within(0.05, {work})
except TooLate:
    pass
sys.settrace(lambda *_: None)
print(next_work())
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout == "went on\n"


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
