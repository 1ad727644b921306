"""What the engine's steps cost: the counters behind metrics and benchmarks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Steps:
    """Sums since the start. Times are seconds; `decoding` is the part inside llama.cpp's decode."""

    count: int = 0
    seconds: float = 0.0
    decoding: float = 0.0
    picked: int = 0
    read: int = 0

    @property
    def outside(self) -> float:
        """Seconds of the steps that were not spent in llama.cpp's decode."""
        return self.seconds - self.decoding

    def add(self, seconds: float, decoding: float, picked: int, read: int) -> None:
        """Count one step: tokens picked, prompt tokens read."""
        self.count += 1
        self.seconds += seconds
        self.decoding += decoding
        self.picked += picked
        self.read += read
