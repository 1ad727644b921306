"""A token's way to the page beside Chainlit's, which is installed in an environment of its own.

`LAZYFLOW_CHAINLIT` names the Python of one that is there already.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser

from tests.acceptance.browsing import DESKTOP, ChatPage, chromium
from tests.acceptance.served import served
from tests.benchmarks.streaming import Streamed, source_alone, streamed, write_app
from tests.server.test_ports import free_port

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]
TOKENS = 1000
APP = """
import chainlit as cl
from source import paced

@cl.on_message
async def answer(message):
    reply = cl.Message("")
    async for piece in paced(message.content):
        await reply.stream_token(piece)
    await reply.stream_token("\\n\\nthe-end")
    await reply.update()
"""
WATCH = """() => {
  window.times = {}
  const answers = '[data-step-type="assistant_message"] .message-content'
  const found = () => [...document.querySelectorAll(answers)].at(-1)?.textContent || ''
  const before = found()
  const timer = setInterval(() => {
    const text = found()
    if (text && text !== before) window.times.first ??= performance.now()
    if (window.times.first && text.includes('the-end')) { window.times.last = performance.now(); clearInterval(timer) }
  }, 50)
}"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that has Chainlit."""
    given = os.environ.get("LAZYFLOW_CHAINLIT")
    if given:
        return given
    folder = tmp_path_factory.mktemp("chainlit")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "-q", "chainlit>=2,<3"], check=True)
    return str(folder / "bin" / "python")


@contextmanager
def chainlit(python: str, folder: Path) -> Iterator[tuple[psutil.Process, str]]:
    port = str(free_port())
    (folder / "app.py").write_text(APP)
    process = subprocess.Popen(
        [python, "-m", "chainlit", "run", "app.py", "-h", "--port", port],
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(300):
            try:
                httpx.get(url)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield psutil.Process(process.pid), url
    finally:
        process.terminate()
        process.wait(20)


def theirs(browser: Browser, process: psutil.Process, url: str) -> Streamed:
    page = browser.new_page(viewport=DESKTOP)  # type: ignore[arg-type] # a plain dict
    page.goto(url)
    box = page.locator("#chat-input")

    def ask(tokens: int) -> None:
        box.click()
        page.keyboard.type(f"markdown {tokens}")
        page.keyboard.press("Enter")

    ask(50)
    page.get_by_text("the-end").wait_for()
    page.wait_for_timeout(1000)
    page.reload()
    page.locator("#chat-input").wait_for()
    page.wait_for_timeout(2000)
    figures = streamed(process, page, lambda: ask(TOKENS), TOKENS, WATCH)
    page.close()
    return figures


def ours(browser: Browser, process: psutil.Process, url: str) -> Streamed:
    chat = ChatPage(browser.new_page(viewport=DESKTOP, locale="en"), url).open()  # type: ignore[arg-type] # a plain dict
    chat.ask("markdown 50")
    figures = streamed(process, chat.page, lambda: chat.say(f"markdown {TOKENS}"), TOKENS)
    chat.page.close()
    return figures


def test_a_token_costs_less_than_with_chainlit(python: str, tmp_path: Path) -> None:
    app = write_app(tmp_path)
    source = source_alone(tmp_path, 500)
    with chromium() as browser:
        with served(app, "--no-watch") as run:
            own = ours(browser, psutil.Process(run.process.pid), run.url)
        with chainlit(python, tmp_path) as (process, url):
            other = theirs(browser, process, url)
    own, other = (replace(figures, server=figures.server - source) for figures in (own, other))
    print(f"lazyflow: {own}\nChainlit: {other}")  # noqa: T201 - figures are what a benchmark is for
    assert own.server < other.server
    assert own.browser < other.browser
    assert own.rate >= other.rate
