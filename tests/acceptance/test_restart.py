"""Conversations outlive `lazyflow run`: stopped in order, or killed in the middle of a reply."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.browsing import ChatPage, chromium
from tests.acceptance.served import Served, served

pytestmark = pytest.mark.browser

APP = """version: 1
nodes:
  slow: { type: python, call: "./slow.py:slow" }
  web: { type: web, target: slow, title: Slow, store: chats.db }
"""
SLOW = """
import asyncio

async def slow(message):
    yield "You said: " + message
    if "wait" in message:
        yield " and then"
        await asyncio.sleep(60)
        yield " never"
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "app.yaml").write_text(APP)
    return tmp_path / "app.yaml"


def conversation(page: Page) -> str:
    """The part of the address that names the conversation."""
    return "?" + page.url.split("?", 1)[1]


def kill(run: Served) -> None:
    run.process.send_signal(signal.SIGKILL)
    run.process.wait(10)


def test_a_conversation_is_there_after_a_restart(app: Path) -> None:
    with chromium() as browser:
        page = browser.new_page()
        with served(app) as run:
            first = ChatPage(page, run.url).open()
            assert first.ask("hello") == "You said: hello"
            where = conversation(page)
            run.stop()
        with served(app) as run:
            again = ChatPage(page, run.url).open(where)
            expect(again.questions).to_have_text(["hello"])
            assert "You said: hello" in again.answer.inner_text()
            assert again.ask("and more") == "You said: and more"
            expect(again.questions).to_have_text(["hello", "and more"])
            again.button("Conversations").click()
            expect(page.locator(".shelf .open > span")).to_have_text(["hello"])


def test_a_process_that_is_killed_in_a_reply_keeps_the_question_and_the_reply_so_far(app: Path) -> None:
    with chromium() as browser:
        page = browser.new_page()
        with served(app) as run:
            first = ChatPage(page, run.url).open()
            first.say("wait for it")
            expect(first.answer).to_contain_text("You said: wait for it and then")
            page.wait_for_timeout(1100)
            where = conversation(page)
            kill(run)
        with served(app) as run:
            again = ChatPage(page, run.url).open(where)
            expect(again.questions).to_have_text(["wait for it"])
            expect(again.answer).to_contain_text("You said: wait for it and then")
            expect(again.answer).to_contain_text("Interrupted")
            again.answer.get_by_role("button", name="Continue").click()
            expect(again.button("Stop")).to_be_visible()
            page.wait_for_timeout(700)
            kill(run)
        (app.parent / "slow.py").write_text(SLOW.replace("sleep(60)", "sleep(0)"))
        with served(app) as run:
            again = ChatPage(page, run.url).open(where)
            expect(again.answer).to_contain_text("You said: wait for it and then")
            expect(again.answer).to_contain_text("Interrupted")
            again.answer.get_by_role("button", name="Continue").click()
            expect(again.answer.locator(".body")).to_have_text("You said: wait for it and then never")
            expect(again.answers).to_have_count(1)
            assert again.ask("hello") == "You said: hello"
