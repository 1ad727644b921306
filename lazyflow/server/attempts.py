"""How often somebody may try a password."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable

FAILURES = 5
WINDOW = 60.0
REMEMBERED = 10_000


class Attempts:
    """Counts failed logins by address: five a minute, then everybody from there waits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> int:
        """Seconds until `address` may try again; 0 now."""
        recent = self.failures.get(address)
        if recent is None:
            return 0
        now = self.clock()
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        return math.ceil(recent[0] + WINDOW - now) if len(recent) >= FAILURES else 0

    def failed(self, address: str) -> None:
        """Count a wrong password. The addresses that failed longest ago are forgotten first."""
        self.failures.setdefault(address, deque(maxlen=FAILURES)).append(self.clock())
        self.failures.move_to_end(address)
        while len(self.failures) > REMEMBERED:
            self.failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget what failed before."""
        self.failures.pop(address, None)
