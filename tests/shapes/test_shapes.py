"""The same 40 requests to the API and to llama.cpp's own server, with one model: keys and types agree, not texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.served import served
from tests.servers.llama_server import CONTEXT, SLOTS, running
from tests.shapes.documented import DOCUMENTED, STATUS
from tests.shapes.shape import differences, shape

pytestmark = [pytest.mark.server, pytest.mark.model]

REQUESTS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "requests.json").read_text("utf-8"))
NAMES = [request["name"] for request in REQUESTS]
APP = f"""
version: 1
nodes:
  smol: {{ type: local, model: smollm2-135m-instruct, context: {CONTEXT}, parallel: {SLOTS}, overflow: error }}
  web: {{ type: web, target: smol, history: [smol], port: 0, store: memory }}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one server said: `values` are the body, or the data of each event of a stream."""

    status: int
    media_type: str
    values: list[Any]
    done: bool


def ask(address: str, request: Mapping[str, Any]) -> Answer:
    said = httpx.request(request["method"], address + request["path"], json=request.get("body"), timeout=120)
    media_type = said.headers["content-type"].partition(";")[0]
    if media_type != "text/event-stream":
        return Answer(said.status_code, media_type, [said.json()], done=False)
    events = [event.removeprefix("data: ") for event in said.text.split("\n\n") if event.strip()]
    values = [json.loads(event) for event in events if event != "[DONE]"]
    return Answer(said.status_code, media_type, values, done=events[-1] == "[DONE]")


@pytest.fixture(scope="module")
def answers(smollm2: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Answer, Answer]]]:
    """For each request what we say and what llama.cpp's server says."""
    folder = tmp_path_factory.mktemp("shapes")
    (folder / "app.yaml").write_text(APP, encoding="utf-8")
    with running(smollm2, folder / "log", "embeddings") as server, served(folder / "app.yaml") as app:
        app.wait_until_ready()
        ours = app.url.removesuffix("/")
        yield {request["name"]: (ask(ours, request), ask(server.address, request)) for request in REQUESTS}


def differing(ours: Answer, theirs: Answer) -> dict[str, str]:
    return differences(shape(ours.values), shape(theirs.values))


def test_there_are_forty_and_each_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == 40


@pytest.mark.parametrize("name", NAMES)
def test_answers_have_one_shape(name: str, answers: dict[str, tuple[Answer, Answer]]) -> None:
    ours, theirs = answers[name]
    assert (ours.status, theirs.status) == STATUS.get(name, (theirs.status, theirs.status, ""))[:2]
    assert (ours.media_type, ours.done) == (theirs.media_type, theirs.done)
    assert [
        f"{path}: {how}"
        for path, how in differing(ours, theirs).items()
        if not any(one.covers(name, path, how) for one in DOCUMENTED)
    ] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("stream")])
def test_streams_tell_role_and_reason_in_the_same_places(name: str, answers: dict[str, tuple[Answer, Answer]]) -> None:
    for answer in answers[name]:
        choices = [choice for chunk in answer.values for choice in chunk["choices"]]
        for index in {choice["index"] for choice in choices}:
            own = [choice for choice in choices if choice["index"] == index]
            assert [place for place, choice in enumerate(own) if "role" in choice["delta"]] == [0]
            assert [place for place, choice in enumerate(own) if choice["finish_reason"]] == [len(own) - 1]
            assert own[-1]["delta"] == {}


def test_every_documented_difference_is_there(answers: dict[str, tuple[Answer, Answer]]) -> None:
    found = [(name, *one) for name, both in answers.items() for one in differing(*both).items()]
    assert [one for one in DOCUMENTED if not any(one.covers(*each) for each in found)] == []
    assert {name: tuple(each.status for each in answers[name]) for name in STATUS} == {
        name: (ours, theirs) for name, (ours, theirs, _) in STATUS.items()
    }


def test_the_wordings_of_a_shape() -> None:
    assert differences(shape([{"a": [1, {"b": None}]}]), shape([{"a": ["x", {"b": True}], "c": {"d": 1}}])) == {
        ".a[]": "ours number|object, theirs object|string",
        ".c": "only theirs: object",
    }
