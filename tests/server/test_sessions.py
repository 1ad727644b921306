from __future__ import annotations

import time

import pytest

from lazyflow.server.sessions import SECONDS, Sessions

SECRET = b"a secret of thirty-two bytes ...."
USERS = {"ann": "$argon2id$hash"}
HOUR = 3600.0


@pytest.mark.parametrize(
    ("jump", "knows"),
    [
        (0.0, True),
        (HOUR, True),
        (-HOUR, True),
        (-13 * 24 * HOUR, True),
        (SECONDS + HOUR, False),
        (-SECONDS - HOUR, False),
    ],
)
def test_a_clock_that_jumps_logs_nobody_out_before_their_time(jump: float, *, knows: bool) -> None:
    token = Sessions(SECRET).token("ann", USERS)
    after = Sessions(SECRET, lambda: time.time() + jump)
    assert after.user(token, USERS) == ("ann" if knows else None)
