"""When a failed request is sent again: before anything was shown, a few times, no sooner than the provider asks."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from lazyflow.nodes.online.mishap import Kind, Mishap

PASSING: AbstractSet[Kind] = frozenset(
    {"rate_limit", "provider", "dns", "unreachable", "cut", "malformed", "unfinished", "bad_answer"}
)
"""What may be otherwise a moment later. Silence is not: the person has waited for the whole limit already."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0


@dataclass(frozen=True, slots=True)
class Patience:
    """`retries` more requests after the first; a wait longer than `longest` seconds is not worth it."""

    retries: int
    longest: float

    def wait(self, mishap: Mishap, failed: int, jitter: float) -> float | None:
        """Seconds to wait before the next request after `failed` requests; None: give up.

        Exponential with jitter (`jitter` is from 0 to 1), and never less than the provider's Retry-After.
        """
        if failed > self.retries or mishap.kind not in PASSING:
            return None
        if mishap.retry_after is not None:
            return mishap.retry_after if mishap.retry_after <= self.longest else None
        return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (failed - 1)) * (1 - jitter / 2)
