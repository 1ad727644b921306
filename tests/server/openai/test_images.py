"""Pictures in a caller's messages."""

from __future__ import annotations

from typing import Any

import pytest

from lazyflow.nodes.contract import Takes
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp
from tests.server.openai.asking import post

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}


def seeing() -> FakeApp:
    app = FakeApp(FakeNode("bot", ["ok"]))
    app.able["bot"] = Takes(images=True)
    return app


def user(*parts: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": list(parts)}]


async def test_an_image_reaches_the_node_with_its_text() -> None:
    app = seeing()
    await post(app, messages=user({"type": "text", "text": "see"}, IMAGE))
    assert app.asked[0].message == "see"
    assert [(file.media_type, file.data) for file in app.asked[0].files] == [("image/png", b"hi")]


@pytest.mark.parametrize("earlier", [True, False])
async def test_an_image_for_a_node_that_sees_none_is_refused_before_any_work(earlier: bool) -> None:
    app = FakeApp(FakeNode("bot", ["ok"]))
    after = [{"role": "assistant", "content": "x"}, {"role": "user", "content": "and?"}] if earlier else []
    answer = await post(app, messages=[*user(IMAGE), *after])
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (400, "messages", "unsupported")
    assert "'bot' sees no pictures" in error["message"]
    assert app.asked == []


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"type": "image_url", "image_url": {"url": "http://elsewhere.example/x.png"}}, "data:image"),
        ({"type": "image_url", "image_url": {"url": "data:text/html;base64,aGk="}}, "data:image"),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,a$"}}, "base64"),
        ({"type": "image_url"}, "data:image"),
        ({"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}}, "'input_audio' are not taken"),
    ],
)
async def test_a_part_that_is_no_image_is_refused_and_nothing_is_fetched(part: dict[str, Any], words: str) -> None:
    answer = await post(seeing(), messages=user(part))
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


async def test_only_a_user_sends_images() -> None:
    answer = await post(seeing(), messages=[{"role": "system", "content": [IMAGE]}, {"role": "user", "content": "hi"}])
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "messages")


async def test_what_a_model_refused_to_say_is_part_of_what_it_said() -> None:
    app = seeing()
    said = {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    await post(app, messages=[{"role": "user", "content": "a"}, said, {"role": "user", "content": "b"}])
    assert app.asked[0].history[1].text == "No."
