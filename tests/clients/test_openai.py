"""The official `openai` client, unmodified."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import BaseModel

from tests.clients.app import Api

HI: list[ChatCompletionMessageParam] = [{"role": "user", "content": "one two three"}]
SAID = "echo: one two three "
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
PIXEL = "data:image/png;base64,aGk="


class City(BaseModel):
    city: str


@pytest.fixture
def client(api: Api) -> Iterator[OpenAI]:
    with OpenAI(base_url=api.url, api_key=api.key, max_retries=0) as found:
        yield found


def test_the_models_are_listed_and_described(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["echo", "agent"]
    assert client.models.retrieve("agent").object == "model"


def test_a_chat_is_answered_whole(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="echo", messages=HI)
    assert answer.choices[0].message.content == SAID
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 3


def test_a_chat_streams_and_ends_with_its_usage(client: OpenAI) -> None:
    with client.chat.completions.create(
        model="echo", messages=HI, stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == SAID
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 2


def test_the_clients_own_gathering_of_a_stream_agrees(client: OpenAI) -> None:
    with client.chat.completions.stream(model="echo", messages=HI) as stream:
        assert stream.get_final_completion().choices[0].message.content == SAID


def test_several_answers_are_numbered(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="echo", messages=HI, n=2)
    assert [choice.index for choice in answer.choices] == [0, 1]


@pytest.mark.parametrize("stream", [True, False])
def test_a_text_is_completed(client: OpenAI, stream: bool) -> None:
    if stream:
        pieces = client.completions.create(model="echo", prompt="one", stream=True)
        assert "".join(piece.choices[0].text for piece in pieces) == "echo: one "
    else:
        assert client.completions.create(model="echo", prompt="one").choices[0].text == "echo: one "


def test_embeddings_come_in_the_form_that_the_client_asks_for(client: OpenAI) -> None:
    packed = client.embeddings.create(model="echo", input=["ab", "abc"])  # base64, decoded by the client
    assert [list(one.embedding) for one in packed.data] == [[2.0, 1.0], [3.0, 1.0]]
    plain = client.embeddings.create(model="echo", input="ab", encoding_format="float")
    assert plain.data[0].embedding == [2.0, 1.0]
    assert plain.usage.prompt_tokens == 2


def test_a_tool_is_called_and_its_result_is_answered(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="agent", messages=HI, tools=[WEATHER], tool_choice="auto")
    message = answer.choices[0].message
    assert answer.choices[0].finish_reason == "tool_calls"
    assert message.tool_calls is not None
    (call,) = message.tool_calls
    assert call.type == "function"
    assert (call.function.name, call.function.arguments) == ("weather", '{"city": "Ulm"}')
    back: list[ChatCompletionMessageParam] = [
        *HI,
        {
            "role": "assistant",
            "tool_calls": [
                {"id": call.id, "type": "function", "function": {"name": "weather", "arguments": '{"city": "Ulm"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": call.id, "content": "raining"},
    ]
    again = client.chat.completions.create(model="agent", messages=back, tools=[WEATHER])
    assert again.choices[0].message.content == "It is raining."


def test_a_tool_call_streams_and_is_gathered(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="agent", messages=HI, tools=[openai.pydantic_function_tool(City, name="weather")]
    ) as stream:
        choice = stream.get_final_completion().choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls is not None
    assert choice.message.tool_calls[0].function.parsed_arguments == City(city="Ulm")


def test_an_answer_fits_the_callers_schema(client: OpenAI) -> None:
    answer = client.chat.completions.parse(model="agent", messages=HI, response_format=City)
    assert answer.choices[0].message.parsed == City(city="Ulm")


def test_a_picture_reaches_a_model_that_sees(client: OpenAI) -> None:
    parts: list[ChatCompletionMessageParam] = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": PIXEL}}],
        }
    ]
    answer = client.chat.completions.create(model="agent", messages=parts)
    assert answer.choices[0].message.content == "1 pictures"
    with pytest.raises(openai.BadRequestError, match="sees no pictures"):
        client.chat.completions.create(model="echo", messages=parts)


def test_a_wrong_key_is_an_authentication_error(api: Api) -> None:
    with OpenAI(base_url=api.url, api_key="wrong", max_retries=0) as client:
        for ask in (client.models.list, lambda: client.chat.completions.create(model="echo", messages=HI)):
            with pytest.raises(openai.AuthenticationError, match="Authorization: Bearer KEY"):
                ask()


def test_a_model_that_is_none_is_not_found(client: OpenAI) -> None:
    for ask in (
        lambda: client.chat.completions.create(model="gpt-4", messages=HI),
        lambda: client.completions.create(model="gpt-4", prompt="x"),
        lambda: client.embeddings.create(model="gpt-4", input="x"),
        lambda: client.models.retrieve("gpt-4"),
    ):
        with pytest.raises(openai.NotFoundError) as raised:
            ask()
        assert raised.value.code == "model_not_found"


@pytest.mark.parametrize("stream", [True, False])
def test_a_wrong_field_is_a_bad_request(client: OpenAI, stream: bool) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="echo", messages=HI, temperature=9, stream=stream)
    assert (raised.value.param, raised.value.type) == ("temperature", "invalid_request_error")
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="echo", messages=HI, tools=[WEATHER], stream=stream)
    assert (raised.value.param, raised.value.code) == ("tools", "unsupported")


@pytest.mark.parametrize("stream", [True, False])
def test_a_limit_is_told_with_its_wait(client: OpenAI, stream: bool) -> None:
    fast: list[ChatCompletionMessageParam] = [{"role": "user", "content": "too fast"}]
    with pytest.raises(openai.RateLimitError) as raised:
        client.chat.completions.create(model="agent", messages=fast, stream=stream)
    assert raised.value.response.headers["retry-after"] == "7"


async def test_the_asynchronous_client_streams_side_by_side(api: Api) -> None:
    async with AsyncOpenAI(base_url=api.url, api_key=api.key, max_retries=0) as client:

        async def said(word: str) -> str:
            stream = await client.chat.completions.create(
                model="echo", messages=[{"role": "user", "content": word}], stream=True
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

        words = [f"word{number}" for number in range(8)]
        assert await asyncio.gather(*map(said, words)) == [f"echo: {word} " for word in words]
