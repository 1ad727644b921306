"""Pages that were closed are forgotten."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.benchmarks.page_client import crowd
from tests.web.fake_live import FakeLive
from tests.web.serve_fake import serving


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*HTTPServerRequest:DeprecationWarning")
def test_the_sessions_of_closed_pages_end() -> None:
    live = FakeLive()
    with serving(live) as served:
        asyncio.run(crowd(served.url, 3, 0))
        end = time.monotonic() + 60
        while live.listeners and time.monotonic() < end:
            time.sleep(0.5)
    assert live.listeners == []
