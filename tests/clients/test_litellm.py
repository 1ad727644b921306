"""litellm as a client of the API, unmodified, as its users call it."""

from __future__ import annotations

import asyncio
from typing import Any

import litellm
import pytest
from litellm import exceptions

from tests.clients.app import Api

HI = [{"role": "user", "content": "one two three"}]
SAID = "echo: one two three "
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


def place(api: Api, model: str = "echo", key: str | None = None) -> dict[str, Any]:
    return {"model": f"openai/{model}", "api_base": api.url, "api_key": key or api.key, "max_retries": 0}


def test_a_chat_is_answered_whole(api: Api) -> None:
    answer = litellm.completion(messages=HI, **place(api))
    assert answer.choices[0].message.content == SAID
    assert answer.usage.total_tokens == 3


def test_a_chat_streams(api: Api) -> None:
    chunks = list(litellm.completion(messages=HI, stream=True, stream_options={"include_usage": True}, **place(api)))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == SAID
    assert [chunk.usage.completion_tokens for chunk in chunks if getattr(chunk, "usage", None)] == [2]


async def test_chats_stream_side_by_side(api: Api) -> None:
    async def said(word: str) -> str:
        stream = await litellm.acompletion(messages=[{"role": "user", "content": word}], stream=True, **place(api))
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    words = [f"word{number}" for number in range(4)]
    assert [text.strip() for text in await asyncio.gather(*map(said, words))] == [f"echo: {word}" for word in words]


@pytest.mark.parametrize("stream", [True, False])
def test_a_tool_is_called(api: Api, stream: bool) -> None:
    answer = litellm.completion(messages=HI, tools=[WEATHER], stream=stream, **place(api, "agent"))
    gathered: Any = litellm.stream_chunk_builder(list(answer)) if stream else answer
    choice = gathered.choices[0]
    assert choice.finish_reason == "tool_calls"
    function = choice.message.tool_calls[0].function
    assert (function.name, function.arguments) == ("weather", '{"city": "Ulm"}')
    back = [*HI, choice.message.model_dump(), {"role": "tool", "tool_call_id": "call_1", "content": "raining"}]
    again = litellm.completion(messages=back, tools=[WEATHER], **place(api, "agent"))
    assert again.choices[0].message.content == "It is raining."


@pytest.mark.parametrize("stream", [True, False])
def test_a_text_is_completed(api: Api, stream: bool) -> None:
    asked = {**place(api), "model": "text-completion-openai/echo"}
    answer = litellm.text_completion(prompt="one", stream=stream, **asked)
    assert "".join(piece.choices[0].text or "" for piece in (answer if stream else [answer])) == "echo: one "


def test_embeddings(api: Api) -> None:
    found = litellm.embedding(input=["ab", "abc"], **place(api))
    assert [one["embedding"] for one in found.data] == [[2.0, 1.0], [3.0, 1.0]]


@pytest.mark.parametrize("stream", [True, False])
def test_errors_are_of_the_kind_that_the_client_tells_apart(api: Api, stream: bool) -> None:
    def ask(**more: Any) -> None:
        litellm.completion(**{"messages": HI, "stream": stream, **place(api), **more})

    with pytest.raises(exceptions.AuthenticationError):
        ask(api_key="wrong")
    with pytest.raises(exceptions.NotFoundError, match="there is no model 'gpt-4'"):
        ask(model="openai/gpt-4")
    with pytest.raises(exceptions.BadRequestError, match="temperature"):
        ask(temperature=9)
    with pytest.raises(exceptions.BadRequestError, match="cannot call tools"):
        ask(tools=[WEATHER])
    with pytest.raises(exceptions.RateLimitError):
        ask(model="openai/agent", messages=[{"role": "user", "content": "too fast"}])
