"""What operators meet: logs, metrics and the end of a real `lazyflow run`."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.acceptance.browsing import ChatPage, chromium
from tests.acceptance.served import Served, served

pytestmark = pytest.mark.slow

APP = """version: 1
nodes:
  slow: { type: python, call: "./slow.py:slow" }
  web: { type: web, target: slow, store: memory, auth: { keys: ["${KEY}"] } }
"""
SLOW = """
import asyncio
import pathlib

async def slow(message):
    if message == "break":
        raise ValueError("broken on purpose")
    yield "begun "
    while message == "wait" and not pathlib.Path(__file__).with_name("go").exists():
        await asyncio.sleep(0.02)
    yield "ended"
"""
KEY = "sesame-key-of-a-program"
BEARER = {"Authorization": f"Bearer {KEY}"}
COOKIE = "cookie-of-a-person"
MARKED = "marked-words-of-a-person"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "app.yaml").write_text(APP)
    return tmp_path / "app.yaml"


def ask(run: Served, message: str, **headers: str) -> httpx.Response:
    body = {"messages": [{"role": "user", "content": message}]}
    return httpx.post(f"{run.url}v1/chat/completions", json=body, headers={**BEARER, **headers}, timeout=30)


def lines(run: Served) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.stderr]


def test_the_log_is_json_with_a_name_for_each_request_and_neither_words_nor_keys(app: Path) -> None:
    with served(app, "--log-format", "json", KEY=KEY) as run:
        assert ask(run, MARKED, **{"X-Request-Id": "r1"}).headers["x-request-id"] == "r1"
        ask(run, "break", **{"X-Request-Id": "r2"})
        cookie = {"Cookie": f"lazyflow_session={COOKIE}"}
        httpx.get(f"{run.url}v1/models?api_key={KEY}", headers={"X-Request-Id": "r3", **cookie})
        app.write_text(APP.replace("target: slow", "target: slo"))
        run.until(lambda: "did you mean 'slow'?" in run.told())
        run.stop()
    found = lines(run)
    access = {line["request_id"]: line for line in found if line["logger"] == "lazyflow.access"}
    assert [access[name]["status"] for name in ("r1", "r2", "r3")] == [200, 502, 401]
    assert (access["r3"]["method"], access["r3"]["path"]) == ("GET", "/v1/models")
    (broken,) = [line for line in found if "broken on purpose" in line.get("exception", "")]
    assert (broken["request_id"], broken["level"]) == ("r2", "warning")
    assert any("stopping" in line["message"] for line in found)
    assert MARKED not in run.told()
    assert KEY not in run.told()
    assert COOKIE not in run.told()


@pytest.mark.browser
def test_what_breaks_on_a_page_is_logged_under_its_connection(app: Path) -> None:
    app.write_text(APP.split(", auth", maxsplit=1)[0] + " }\n")
    with served(app, "--log-format", "json") as run, chromium() as browser:
        page = ChatPage(browser.new_page(), run.url).open()
        page.say("break")
        expect(page.answer).to_contain_text("broke")
        page.page.close()
        run.until(lambda: "WEBSOCKET" in run.told())
        run.stop()
    (broken,) = [line for line in lines(run) if "broken on purpose" in line.get("exception", "")]
    (connection,) = [line for line in lines(run) if line.get("method") == "WEBSOCKET"]
    assert broken["request_id"] == connection["request_id"]
    assert (connection["path"], connection["status"]) == ("/ws", 101)


def test_a_terminal_is_not_filled_with_a_line_a_request(app: Path) -> None:
    with served(app, KEY=KEY) as run:
        ask(run, "hi")
        run.stop()
    assert "/v1/chat/completions" not in run.told()


class Reply:
    """A streamed reply that has begun, and goes on until `let_go`."""

    def __init__(self, run: Served, app: Path) -> None:
        self.go = app.with_name("go")
        self.pieces: list[str] = []
        self.broken = False
        self.thread = threading.Thread(target=self._read, args=(run,), daemon=True)
        self.thread.start()
        run.until(lambda: "begun" in "".join(self.pieces))

    def _read(self, run: Served) -> None:
        body = {"messages": [{"role": "user", "content": "wait"}], "stream": True}
        try:
            with httpx.stream("POST", f"{run.url}v1/chat/completions", json=body, headers=BEARER, timeout=30) as answer:
                self.pieces.extend(answer.iter_text())
        except httpx.HTTPError:
            self.broken = True

    def let_go(self) -> str:
        self.go.touch()
        self.thread.join(20)
        return "".join(self.pieces)


def test_a_running_reply_finishes_while_new_work_is_sent_elsewhere(app: Path) -> None:
    with served(app, "--grace", "30", KEY=KEY) as run:
        reply = Reply(run, app)
        run.process.send_signal(signal.SIGTERM)
        run.until(lambda: httpx.get(f"{run.url}readyz", headers=BEARER).json()["status"] == "stopping")
        assert httpx.get(f"{run.url}readyz", headers=BEARER).status_code == 503
        refused = ask(run, "hi")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        told = reply.let_go()
        assert run.process.wait(20) == 0
    assert "ended" in told
    assert told.endswith("data: [DONE]\n\n")


def test_a_reply_that_does_not_end_is_cut_off_after_the_time_it_was_given(app: Path) -> None:
    with served(app, "--grace", "0.3", KEY=KEY) as run:
        reply = Reply(run, app)
        assert run.stop(seconds=20) == 0
        assert "ended" not in reply.let_go()
    assert "replies that still run after 0.3 s are cut off" in run.told()
    assert "Traceback" not in run.told()


def test_a_second_signal_ends_at_once(app: Path) -> None:
    with served(app, "--grace", "600", KEY=KEY) as run:
        reply = Reply(run, app)
        run.process.send_signal(signal.SIGTERM)
        run.until(lambda: "stopping" in run.told())
        assert run.stop() != 0
        reply.let_go()
    assert reply.broken


@pytest.mark.browser
def test_a_reply_that_finishes_on_a_page_while_the_app_ends_is_there_after_the_restart(app: Path) -> None:
    app.write_text(APP.split(", store", maxsplit=1)[0] + ", store: chats.db }\n")
    with chromium() as browser:
        with served(app, "--grace", "30") as run:
            page = ChatPage(browser.new_page(), run.url).open()
            page.say("wait")
            expect(page.answer).to_contain_text("begun")
            run.process.send_signal(signal.SIGTERM)
            run.until(lambda: "stopping" in run.told())
            app.with_name("go").touch()
            where = "?" + page.page.url.split("?", 1)[1]
            assert run.process.wait(20) == 0
        with served(app) as run:
            again = ChatPage(browser.new_page(), run.url).open(where)
            expect(again.answer.locator(".body")).to_have_text("begun ended")
            expect(again.answer).not_to_contain_text("Interrupted")
