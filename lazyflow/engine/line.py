"""The jobs that wait for a slot: how many may, in which order they are served, how long a place takes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from lazyflow.engine import scheduler
from lazyflow.engine.contract import Busy
from lazyflow.engine.job import Job

SMOOTHING = 8
"""Answers over which the time that one takes is averaged."""


class Line:
    """Used by the engine's thread alone."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._jobs: list[Job] = []
        self._pace = 1.0

    def __iter__(self) -> Iterator[Job]:
        """The jobs as they came."""
        return iter(tuple(self._jobs))

    def __len__(self) -> int:
        """How many wait."""
        return len(self._jobs)

    def join(self, job: Job) -> None:
        """Wait. Raises: `Busy` where too many do."""
        if not scheduler.has_room([other.task.person for other in self._jobs], job.task.person):
            raise Busy(scheduler.seconds_to_wait(len(self._jobs), self._pace, self._slots))
        self._jobs.append(job)

    def join_again(self, job: Job) -> None:
        """Wait once more, whoever else does: its answer has begun."""
        self._jobs.append(job)

    def leave(self, job: Job) -> None:
        """Wait no longer."""
        self._jobs.remove(job)

    def ordered(self, active: Sequence[Job]) -> list[Job]:
        """The jobs in the order to be served beside those that are."""
        now = time.perf_counter()
        jobs = {id(job): job for job in self._jobs}
        waiting = [
            scheduler.Waiting(key, len(job.prompt), now - job.submitted, job.task.person) for key, job in jobs.items()
        ]
        return [jobs[key] for key in scheduler.queue(waiting, Counter(job.task.person for job in active))]

    def answered(self, seconds: float) -> None:
        """Note how long an answer took, its waiting included."""
        self._pace += (seconds - self._pace) / SMOOTHING
