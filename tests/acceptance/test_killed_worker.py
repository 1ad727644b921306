"""The model's process is killed at random moments while people stream: the server and every conversation go on."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import expect

from tests.acceptance.browsing import ChatPage, chromium
from tests.acceptance.served import Served, served

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]
# LAZYFLOW_KILLS=20 is the long profile.
KILLS = int(os.environ.get("LAZYFLOW_KILLS", "3"))
CLIENTS = 3
APP = """version: 1
nodes:
  chat: { type: local, model: smollm2-135m-instruct, context: 512, parallel: 4, sampling: { max_tokens: 48 } }
  web: { type: web, target: chat, history: [chat], store: chats.db, titles: false }
"""


def worker_of(run: Served) -> psutil.Process | None:
    """The process that the model lives in now."""
    for child in psutil.Process(run.process.pid).children():
        if any("lazyflow.engine.worker" in word for word in child.cmdline()):
            return child
    return None


def post(url: str, **more: object) -> httpx.Response:
    body = {"model": "chat", "messages": [{"role": "user", "content": "Count to twenty."}], **more}
    return httpx.post(f"{url}v1/chat/completions", json=body, timeout=60)


class Clients:
    """Programs that stream without pause; `ends` counts how their answers ended."""

    def __init__(self, url: str) -> None:
        self.ends: Counter[str] = Counter()
        self._url, self._over = url, threading.Event()
        self._threads = [threading.Thread(target=self._stream) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _stream(self) -> None:
        while not self._over.is_set():
            told = post(self._url, stream=True).text
            whole, failed = "data: [DONE]" in told and '"error"' not in told, "the model's process" in told
            self.ends["whole" if whole else "failed" if failed else told[-300:]] += 1
            if not whole:
                self._over.wait(0.1)

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def wait_until_answered(url: str) -> None:
    began = time.monotonic()
    while post(url, max_tokens=1).status_code != httpx.codes.OK:
        assert time.monotonic() - began < 60
        time.sleep(0.05)


def test_a_model_that_is_killed_again_and_again_comes_back_and_no_message_is_lost(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(APP)
    chance = random.Random(5)  # noqa: S311 - moments, no secrets
    with chromium() as browser, served(tmp_path / "app.yaml") as run:
        run.wait_until_ready()
        page = browser.new_page(locale="en")
        chat = ChatPage(page, run.url).open()
        clients = Clients(run.url)
        typed, killed = [], set()
        for number in range(KILLS):
            typed.append(f"message-{number}")
            chat.say(typed[-1])
            page.wait_for_timeout(chance.uniform(0, 1500))
            worker = worker_of(run)
            assert worker is not None
            worker.send_signal(signal.SIGKILL)
            killed.add(worker.pid)
            page.wait_for_timeout(50)
            wait_until_answered(run.url)
            expect(chat.answers).to_have_count(number + 1)
            expect(chat.answer).to_have_attribute("aria-busy", "false", timeout=30_000)
        clients.stop()
        chat.open("?" + page.url.partition("?")[2])
        expect(chat.questions).to_have_text(typed)
        assert chat.ask("Are you there?")
        assert run.process.poll() is None
        assert len(killed) == KILLS
        assert set(clients.ends) <= {"whole", "failed"}, clients.ends
        assert clients.ends["failed"] >= 1
        page.close()
