"""`lazyflow run` is killed at random moments, again and again, while a person writes: nothing typed is lost."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.acceptance.browsing import ChatPage, chromium
from tests.acceptance.served import served
from tests.server.test_ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# LAZYFLOW_KILLS=50 is the long profile.
KILLS = int(os.environ.get("LAZYFLOW_KILLS", "4"))
SECOND = 1.0
APP = """version: 1
nodes:
  clock: {{ type: python, call: "./clock.py:clock" }}
  web: {{ type: web, target: clock, port: {port}, store: chats.db }}
"""
# Says what time it is, a hundred times a second.
CLOCK = """
import asyncio, time

async def clock(message):
    yield message
    for _ in range(200):
        await asyncio.sleep(0.01)
        yield f" {time.time():.3f}"
"""


def last_told(reply: str) -> float:
    """When the reply that was stored was told for the last time; 0 where nothing of it was stored."""
    return float((["0", *re.findall(r"\d{9,}\.\d{3}", reply)])[-1])


def check_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_server_that_is_killed_again_and_again_loses_nothing_that_was_typed(tmp_path: Path) -> None:
    (tmp_path / "clock.py").write_text(CLOCK)
    (tmp_path / "app.yaml").write_text(APP.format(port=free_port()))
    chance = random.Random(11)  # noqa: S311 - moments, no secrets
    typed: list[str] = []
    lost_seconds = 0.0
    with chromium() as browser:
        page = browser.new_page(locale="en")
        where, killed, began = "", 0.0, 0.0
        for number in range(KILLS + 1):
            with served(tmp_path / "app.yaml") as run:
                chat = ChatPage(page, run.url).open(where)
                if typed:
                    # What the page had sent and the server had not stored is in the box again.
                    unsent = chat.box.input_value()
                    expect(chat.questions).to_have_text(typed[:-1] if unsent else typed)
                    assert unsent in {"", typed[-1]}
                    if unsent:
                        typed.pop()
                    elif killed - began > SECOND:
                        told = last_told(chat.answer.locator(".body").inner_text())
                        lost_seconds = max(lost_seconds, killed - told)
                    if not unsent and "Interrupted" not in chat.answer.inner_text():
                        assert chat.answer.locator(".body").inner_text().count(".") == 200
                if number == KILLS:
                    break
                typed.append(f"message-{number}")
                began = time.time()
                chat.say(typed[-1])
                page.wait_for_timeout(1000 * chance.choice([chance.uniform(0, 0.1), chance.uniform(0, 2.5)]))
                where = "?" + page.url.partition("?")[2]
                killed = time.time()
                run.process.send_signal(signal.SIGKILL)
                run.process.wait(10)
            check_database(tmp_path / "chats.db")
        page.close()
    assert lost_seconds <= SECOND
