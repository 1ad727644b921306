"""What each platform is sent, as a server sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lazyflow.messages import File, Message, Role
from lazyflow.nodes.contract import Turn
from lazyflow.nodes.events import Notice, Request
from lazyflow.spec.platforms import PLATFORMS
from lazyflow.spec.sampling import JsonSchema, Sampling
from tests.nodes.online.asking import KEY, asked, events_of, text_of, usage_of
from tests.servers.peer import answer

pytestmark = pytest.mark.slow

SAMPLING = Sampling(
    temperature=0.3,
    top_p=0.9,
    max_tokens=64,
    seed=7,
    stop=("END",),
    presence_penalty=0.1,
    frequency_penalty=0.2,
    top_k=20,
)
HISTORY = (Message(Role.USER, "What is 1+1?"), Message(Role.ASSISTANT, "<think>easy</think>2"))
TURN = Turn(message="And 2+2?", history=HISTORY, readers=frozenset({"chat"}), path=("chat",))
SIX = {
    "openai": "gpt-3.5-turbo",
    "sensenova": "SenseChat-5",
    "glm": "glm-4",
    "kimi": "moonshot-v1-8k",
    "qwen": "qwen-plus",
    "doubao": "ep-20260101-abcde",
}
CHUNK = {"object": "chat.completion.chunk"}


@pytest.mark.parametrize(("source", "mark"), [("kimi", "partial"), ("mistral", "prefix")])
async def test_an_answer_that_is_gone_on_with_carries_the_platforms_mark(source: str, mark: str) -> None:
    key = {PLATFORMS[source].key_variables[0]: KEY}
    async with asked(answer([" rest"]), source=source, model=None, environment=key) as (chat, peer):
        assert text_of(await events_of(chat, replace(TURN, begun="The"))) == " rest"
    assert peer.received[0].body["messages"][-1] == {"role": "assistant", "content": "The", mark: True}


async def test_where_a_platform_has_no_such_mark_what_the_model_repeats_is_left_out() -> None:
    async with asked(answer(["quick ", "brown ", "fox"])) as (chat, _):
        assert text_of(await events_of(chat, replace(TURN, begun="The quick brown "))) == "fox"


@pytest.mark.parametrize("source", SIX)
async def test_each_of_the_six_platforms_gets_path_key_model_messages_and_parameters(source: str) -> None:
    async with asked(
        answer(),
        source=source,
        model=SIX[source] if source == "doubao" else None,
        environment={PLATFORMS[source].key_variables[0]: KEY},
        system="Be brief.",
        sampling=SAMPLING,
    ) as (chat, peer):
        assert text_of(await events_of(chat, TURN)) == "Hello"
    (request,) = peer.received
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": SIX[source],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is 1+1?"},
            {"role": "assistant", "content": "2"},
            {"role": "user", "content": "And 2+2?"},
        ],
        "temperature": 0.3,
        "top_p": 0.9,
        "max_tokens": 64,
        "seed": 7,
        "stop": ["END"],
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "top_k": 20,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("source", ["ollama", "vllm", "lm-studio", "llama-server", "deepseek", "mistral", "openrouter"])
async def test_other_platforms_in_openais_style_answer_too(source: str) -> None:
    environment = dict.fromkeys(PLATFORMS[source].key_variables, KEY)
    async with asked(answer(), source=source, environment=environment, sampling=SAMPLING) as (chat, peer):
        assert text_of(await events_of(chat)) == "Hello"
    assert peer.received[0].path == "/v1/chat/completions"
    assert peer.received[0].body["top_k"] == 20


@pytest.mark.parametrize("source", ["vllm", "lm-studio", "llama-server"])
async def test_a_server_of_ones_own_never_sees_another_platforms_key(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    async with asked(answer(), source=source, environment={"OPENAI_API_KEY": KEY}) as (chat, peer):
        await events_of(chat)
    assert KEY not in str(peer.received[0].headers)


async def test_options_go_along_as_they_are() -> None:
    options = {"extra_body": {"thinking": {"type": "disabled"}}, "extra_headers": {"X-Team": "a"}, "user": "u1"}
    async with asked(answer(), options=options, sampling=Sampling(top_k=3)) as (chat, peer):
        await events_of(chat)
    assert peer.received[0].body["thinking"] == {"type": "disabled"}
    assert peer.received[0].body["top_k"] == 3
    assert peer.received[0].body["user"] == "u1"
    assert peer.received[0].headers["x-team"] == "a"


async def test_pictures_go_along() -> None:
    files = (File("p.png", "image/png", b"\x01"), File("t.txt", "text/plain", b"x", "x"))
    async with asked(answer(), model="gpt-4o-mini") as (chat, peer):
        await events_of(chat, Turn(message="look", files=files, path=("chat",)))
    text, picture = peer.received[0].body["messages"][0]["content"]
    assert text["text"] == "look\n\nt.txt:\n```\nx\n```"
    assert picture["image_url"]["url"] == "data:image/png;base64,AQ=="


async def test_a_model_that_is_known_to_be_blind_gets_no_pictures_and_the_person_is_told_once() -> None:
    turn = Turn(message="look", files=(File("p.png", "image/png", b"\x01"),), path=("chat",))
    async with asked(answer(), model="gpt-3.5-turbo") as (chat, peer):
        notices = [event for _ in range(2) for event in await events_of(chat, turn) if isinstance(event, Notice)]
    assert peer.received[0].body["messages"] == [{"role": "user", "content": "look"}]
    assert notices == [Notice("degraded", "chat: OpenAI does not take pictures; left out")]


async def test_a_schema_goes_to_a_model_that_can_enforce_it() -> None:
    async with asked(answer(['{"a"', ": 1}"]), model="gpt-4o-mini", format=JsonSchema({"type": "object"})) as (
        chat,
        peer,
    ):
        assert text_of(await events_of(chat)) == '{"a": 1}'
    assert peer.received[0].body["response_format"]["type"] == "json_schema"


async def test_an_older_model_gets_json_mode_and_the_schema_in_words() -> None:
    async with asked(answer(["{}"]), model="gpt-3.5-turbo", format=JsonSchema({"type": "object"})) as (chat, peer):
        await events_of(chat)
    assert peer.received[0].body["response_format"] == {"type": "json_object"}
    assert '{"type": "object"}' in peer.received[0].body["messages"][0]["content"]


async def test_the_inspector_sees_what_was_sent_without_the_key() -> None:
    async with asked(answer(), sampling=Sampling(temperature=0.5), options={"extra_headers": {"X-Key": KEY}}) as (
        chat,
        _,
    ):
        (request,) = [event for event in await events_of(chat) if isinstance(event, Request)]
    assert request.messages == (("user", "hi"),)
    assert ("temperature", "0.5") in request.parameters
    assert KEY not in str(request)


async def test_tokens_and_cost_come_from_what_the_provider_counted() -> None:
    async with asked(answer(), model="gpt-4o-mini") as (chat, _):
        usage = usage_of(await events_of(chat))
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (7, 3, 2)
    assert usage.cost == pytest.approx(5 * 0.15e-6 + 2 * 0.075e-6 + 3 * 0.6e-6)
    assert usage.time_to_first_token is not None
    assert usage.seconds is not None
    assert usage.time_to_first_token <= usage.seconds


async def test_what_nobody_counted_is_unknown() -> None:
    async with asked(answer(usage=None), model="gpt-4o-mini") as (chat, _):
        usage = usage_of(await events_of(chat))
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cost) == (None, None, None)


async def test_the_cost_of_a_model_without_a_price_is_unknown() -> None:
    async with asked(answer(), source="glm", environment={"ZAI_API_KEY": KEY}, model="glm-4") as (chat, _):
        assert usage_of(await events_of(chat)).cost is None


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
async def test_the_finish_reason_is_passed_on(reason: str) -> None:
    async with asked(answer(finish=reason)) as (chat, _):
        assert usage_of(await events_of(chat)).finish_reason == reason
