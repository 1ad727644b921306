from __future__ import annotations

from typing import get_args

import pytest

from lazyflow.nodes.online.mishap import Kind, Mishap
from lazyflow.nodes.online.patience import PASSING, Patience

BUSY = Mishap(kind="provider")


def test_waits_double_up_to_a_limit() -> None:
    patience = Patience(retries=9, longest=60.0)
    assert [patience.wait(BUSY, failed, 0.0) for failed in range(1, 7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]


def test_jitter_shortens_a_wait_by_half_at_most() -> None:
    assert Patience(retries=2, longest=60.0).wait(BUSY, 1, 1.0) == 0.25


def test_no_request_follows_the_last_retry() -> None:
    assert Patience(retries=2, longest=60.0).wait(BUSY, 3, 0.0) is None
    assert Patience(retries=0, longest=60.0).wait(BUSY, 1, 0.0) is None


def test_retry_after_is_honoured_exactly_unless_it_is_too_long() -> None:
    patience = Patience(retries=2, longest=60.0)
    assert patience.wait(Mishap(kind="rate_limit", retry_after=17.0), 1, 1.0) == 17.0
    assert patience.wait(Mishap(kind="rate_limit", retry_after=61.0), 1, 0.0) is None


@pytest.mark.parametrize("kind", sorted(set(get_args(Kind)) - PASSING))
def test_what_will_fail_again_is_not_sent_again(kind: Kind) -> None:
    assert Patience(retries=9, longest=60.0).wait(Mishap(kind=kind), 1, 0.0) is None


def test_a_wrong_key_a_full_context_and_silence_are_among_them() -> None:
    assert not {"wrong_key", "unknown_model", "no_credit", "context_window", "silent", "stalled"} & PASSING
