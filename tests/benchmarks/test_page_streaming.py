"""What a token costs on its way to the page, whatever the reply's length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.acceptance.browsing import DESKTOP, ChatPage, chromium
from tests.acceptance.served import served
from tests.benchmarks.streaming import Streamed, source_alone, streamed, write_app

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]
SERVER, BROWSER, RATE = 0.4, 1.2, 0.97
"""Milliseconds of CPU a token, beside what the source itself takes; the share of its rate that reaches the DOM."""
SHORT, LONG = 200, 4000
"""Tokens: 1,000 and 20,000 characters."""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[tuple[psutil.Process, ChatPage]]:
    with served(write_app(tmp_path), "--no-watch") as run, chromium() as browser:
        context = browser.new_context(viewport=DESKTOP, locale="en")  # type: ignore[arg-type] # a plain dict
        chat = ChatPage(context.new_page(), run.url).open()
        chat.ask("markdown 100")
        yield psutil.Process(run.process.pid), chat
        context.close()


def of(page: tuple[psutil.Process, ChatPage], kind: str, tokens: int, source: float) -> Streamed:
    process, chat = page
    whole = streamed(process, chat.page, lambda: chat.say(f"{kind} {tokens}"), tokens)
    figures = replace(whole, server=whole.server - source)
    print(f"{kind}, {tokens} tokens: {figures}, and {source:.2f} ms the source")  # noqa: T201 - the figures
    return figures


def test_a_token_costs_the_same_in_short_and_in_long_replies(
    page: tuple[psutil.Process, ChatPage], tmp_path: Path
) -> None:
    source = source_alone(tmp_path, 500)
    short, ordinary, long = (of(page, "markdown", tokens, source) for tokens in (SHORT, 1000, LONG))
    assert long.server <= SERVER
    assert long.server <= 1.25 * ordinary.server
    assert long.browser <= BROWSER
    assert min(short.rate, ordinary.rate, long.rate) >= RATE


def test_a_long_block_of_code_costs_no_more(page: tuple[psutil.Process, ChatPage], tmp_path: Path) -> None:
    code = of(page, "code", LONG, source_alone(tmp_path, 500))
    assert code.server <= SERVER
    assert code.browser <= BROWSER
    assert code.rate >= RATE
