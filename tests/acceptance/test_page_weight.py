"""What the page's first visit takes over the wire, and what the next one does not take again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.acceptance.browsing import WARNINGS, ChatPage, chromium
from tests.acceptance.traffic import Traffic
from tests.web.fake_live import FakeLive
from tests.web.serve_fake import serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
FIRST, REPEATED = 900_000, 10_000
"""Bytes over the wire, headers included."""


@contextmanager
def visit(context: BrowserContext, url: str) -> Iterator[Traffic]:
    page = context.new_page()
    traffic = Traffic.of(page)
    ChatPage(page, url).open()
    page.wait_for_timeout(500)
    yield traffic
    page.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_the_first_page_is_light_and_the_next_visit_fetches_the_document_alone(browser: Browser) -> None:
    with serving(FakeLive()) as served:
        context = browser.new_context(locale="en")
        with visit(context, served.url) as first:
            assert sum(first.size.values()) <= FIRST
            assert len(first.size) >= 5
            for url, headers in first.headers.items():
                if url.startswith("http") and url != served.url:
                    # Whatever may be kept for ever has its content's hash in its address.
                    assert headers["cache-control"] == "public, max-age=31536000, immutable"
                    assert "?v=" in url or ".bundle.js" in url
                    assert headers["content-encoding"] == "gzip"
        with visit(context, served.url) as again:
            assert list(again.size) == [served.url]
            assert sum(again.size.values()) <= REPEATED
        context.close()
