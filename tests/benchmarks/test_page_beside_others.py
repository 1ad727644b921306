"""A token's way to the page, a new page's weight and what it costs the server, beside the pages that people know.

Each is installed in an environment of its own; `LAZYFLOW_CHAINLIT` and `LAZYFLOW_OPEN_WEBUI` name the Pythons of those
that are there already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.acceptance.browsing import DESKTOP, ChatPage, chromium
from tests.acceptance.served import served
from tests.acceptance.traffic import Traffic
from tests.benchmarks.page_contenders import Contender, chainlit, llama_ui, open_webui, python_with
from tests.benchmarks.streaming import Streamed, cpu, source_alone, streamed, write_app

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]
TOKENS = 1000
VISITS = 10
IN_ENGLISH = {"viewport": DESKTOP, "locale": "en"}


@dataclass(frozen=True)
class Figures:
    """A page's; `session` is milliseconds of the server's CPU for a new page of a browser that has been there."""

    first: Traffic
    again: Traffic
    session: float | None
    token: Streamed

    def __str__(self) -> str:
        session = "-" if self.session is None else f"{self.session:.0f} ms"
        return f"first page {self.first}, again {self.again}; a new session {session}; a token: {self.token}"


@contextmanager
def lazyflow(folder: Path) -> Iterator[Contender]:
    with served(write_app(folder), "--no-watch") as run:
        process = psutil.Process(run.process.pid)
        yield Contender("lazyflow", run.url, process, "", "")


def figures(browser: Browser, it: Contender, source: float) -> Figures:
    context = browser.new_context(**IN_ENGLISH)  # type: ignore[arg-type] # a plain dict
    first, again = weight(context, it), weight(context, it)
    page = context.new_page()
    page.goto(it.url)
    if it.prepare is not None:
        it.prepare(page)
    session = None
    if it.process is not None:
        began = cpu(it.process)
        for _ in range(VISITS):
            page.goto(it.url)
            page.wait_for_timeout(1000)
        session = 1000 * (cpu(it.process) - began) / VISITS
    chat = ChatPage(page, it.url)

    def ask(tokens: int) -> None:
        text = f"markdown {tokens}"
        it.ask(page, text) if it.box else chat.say(text)

    # What a first answer alone loads and compiles is no token's.
    ask(50)
    page.wait_for_timeout(4000)
    page.goto(it.url)
    page.wait_for_timeout(4000)
    process = it.process or psutil.Process()
    token = streamed(process, page, lambda: ask(TOKENS), TOKENS, *([it.watch] if it.box else []))
    context.close()
    # What the source itself takes is in the process of ours and Chainlit's.
    inside = source if it.name != "Open WebUI" else 0.0
    server = float("nan") if it.process is None else token.server - inside
    return Figures(first, again, session, replace(token, server=server))


def weight(context: BrowserContext, it: Contender) -> Traffic:
    page = context.new_page()
    traffic = Traffic.of(page)
    page.goto(it.weighed or it.url)
    page.wait_for_timeout(4000)
    page.close()
    return traffic


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return measured(tmp_path_factory.mktemp("lazyflow"), lazyflow)


def measured(folder: Path, run: Callable[[Path], AbstractContextManager[Contender]]) -> Figures:
    write_app(folder)
    source = source_alone(folder, 500)
    with run(folder) as it, chromium() as browser:
        found = figures(browser, it, source)
        print(f"{it.name}: {found}")  # noqa: T201 - figures are what a benchmark is for
    time.sleep(2)
    return found


def test_a_token_and_a_page_cost_less_than_with_chainlit(own: Figures, tmp_path: Path) -> None:
    python = python_with("chainlit>=2,<3", "LAZYFLOW_CHAINLIT", tmp_path / "python")
    other = measured(tmp_path, lambda folder: chainlit(folder, python))
    assert own.token.server < other.token.server
    assert own.token.browser < other.token.browser
    assert own.token.rate >= other.token.rate
    assert sum(own.first.size.values()) < sum(other.first.size.values())


def test_a_token_and_a_page_cost_less_than_with_open_webui(own: Figures, tmp_path: Path) -> None:
    python = python_with("open-webui", "LAZYFLOW_OPEN_WEBUI", tmp_path / "python")
    other = measured(tmp_path, lambda folder: open_webui(folder, python))
    assert own.session is not None
    assert other.session is not None
    assert own.session < other.session
    assert own.token.server < other.token.server
    assert own.token.browser < other.token.browser
    assert own.token.rate >= other.token.rate
    assert sum(own.first.size.values()) < sum(other.first.size.values())


@pytest.mark.model
def test_a_token_and_a_page_cost_less_than_with_llama_cpps_page(own: Figures, tmp_path: Path, smollm2: Path) -> None:
    other = measured(tmp_path, lambda folder: llama_ui(folder, smollm2))
    assert own.token.browser < 1.1 * other.token.browser
    assert own.token.rate >= 0.97
    assert sum(own.first.size.values()) < sum(other.first.size.values())
