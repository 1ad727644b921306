"""What operators meet: logs, metrics and the end of a real `lazyflow run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

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
        httpx.get(f"{run.url}v1/models?api_key={KEY}", headers={"X-Request-Id": "r3"})
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


def test_a_terminal_is_not_filled_with_a_line_a_request(app: Path) -> None:
    with served(app, KEY=KEY) as run:
        ask(run, "hi")
        run.stop()
    assert "/v1/chat/completions" not in run.told()
