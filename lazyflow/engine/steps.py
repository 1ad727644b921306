"""What the engine's steps cost: the counters behind metrics and benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_STEP = 600.0
"""Seconds after which a step is taken for hung; a large prompt on a slow machine takes minutes."""


@dataclass(slots=True)
class Steps:
    """Sums since the start, of steps that came to their end.

    Times are CPU seconds of the engine's thread, so that other work on the machine does not count; `decoding` is the
    part inside llama.cpp's decode, `picked` are tokens said and `read` tokens of prompts.
    """

    count: int = 0
    seconds: float = 0.0
    decoding: float = 0.0
    picked: int = 0
    read: int = 0
    since: float | None = None
    """When the step that runs began, by `time.perf_counter`; None between two."""
    _began: float = 0.0
    _decoding: float = 0.0

    @property
    def outside(self) -> float:
        """Seconds of the steps that were not spent in llama.cpp's decode."""
        return self.seconds - self.decoding

    def begin(self) -> float:
        """A step begins, in the engine's thread; when, by `time.perf_counter`."""
        self.since = time.perf_counter()
        self._began, self._decoding = time.thread_time(), 0.0
        return self.since

    def decode(self, run: Callable[[], int]) -> tuple[int, float]:
        """Run the step's decode; its code, and the seconds that passed meanwhile."""
        clock, began = time.perf_counter(), time.thread_time()
        code = run()
        self._decoding = time.thread_time() - began
        return code, time.perf_counter() - clock

    def end(self, picked: int, read: int) -> None:
        """The step came to its end: count it."""
        self.count += 1
        self.seconds += time.thread_time() - self._began
        self.decoding += self._decoding
        self.picked += picked
        self.read += read

    def rest(self) -> None:
        """No step runs, however the last one ended."""
        self.since = None

    def hung(self, longest: float = LONGEST_STEP) -> bool:
        """Whether a step has been running for more than `longest` seconds; from any thread."""
        since = self.since
        return since is not None and time.perf_counter() - since > longest
