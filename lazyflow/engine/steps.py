"""What the engine's steps cost: the counters behind metrics and benchmarks."""

from __future__ import annotations

import time
from dataclasses import dataclass

LONGEST_STEP = 600.0
"""Seconds after which a step is taken for hung; a large prompt on a slow machine takes minutes."""


@dataclass(slots=True)
class Steps:
    """Sums since the start. Times are seconds; `decoding` is the part inside llama.cpp's decode."""

    count: int = 0
    seconds: float = 0.0
    decoding: float = 0.0
    picked: int = 0
    read: int = 0
    since: float | None = None
    """When the step that runs began; None between two."""

    @property
    def outside(self) -> float:
        """Seconds of the steps that were not spent in llama.cpp's decode."""
        return self.seconds - self.decoding

    def begin(self) -> float:
        """A step begins; when, by `time.perf_counter`."""
        self.since = time.perf_counter()
        return self.since

    def rest(self) -> None:
        """The step ended, one way or the other."""
        self.since = None

    def hung(self, longest: float = LONGEST_STEP) -> bool:
        """Whether a step has been running for more than `longest` seconds; from any thread."""
        since = self.since
        return since is not None and time.perf_counter() - since > longest

    def add(self, seconds: float, decoding: float, picked: int, read: int) -> None:
        """Count one step: tokens picked, prompt tokens read."""
        self.count += 1
        self.seconds += seconds
        self.decoding += decoding
        self.picked += picked
        self.read += read
