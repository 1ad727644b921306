"""LangChain's ChatOpenAI and OpenAIEmbeddings, unmodified."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, SecretStr

from tests.clients.app import Api


class City(BaseModel):
    """Where somebody is."""

    city: str


@tool
def weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"raining in {city}"


def model(api: Api, name: str = "echo", **more: Any) -> ChatOpenAI:
    key = SecretStr(more.pop("key", api.key))
    return ChatOpenAI(model=name, base_url=api.url, api_key=key, max_retries=0, **more)


def test_a_chat_is_answered_whole(api: Api) -> None:
    answer = model(api).invoke([("system", "be brief"), ("human", "one two")])
    assert answer.content == "echo: one two "
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["total_tokens"] == 3
    assert answer.response_metadata["finish_reason"] == "stop"


def test_a_chat_streams_and_tells_its_usage(api: Api) -> None:
    chunks = list(model(api, stream_usage=True).stream("one two"))
    assert "".join(str(chunk.content) for chunk in chunks) == "echo: one two "
    assert [chunk.usage_metadata["output_tokens"] for chunk in chunks if chunk.usage_metadata] == [2]


async def test_the_asynchronous_calls_agree(api: Api) -> None:
    assert (await model(api).ainvoke("one")).content == "echo: one "
    assert "".join([str(chunk.content) async for chunk in model(api).astream("one")]) == "echo: one "


@pytest.mark.parametrize("streaming", [True, False])
def test_an_agent_calls_a_tool_and_reads_its_result(api: Api, streaming: bool) -> None:
    agent = model(api, "agent", streaming=streaming).bind_tools([weather])
    asked = HumanMessage("how is it?")
    called = agent.invoke([asked])
    (call,) = called.tool_calls
    assert (call["name"], call["args"]) == ("weather", {"city": "Ulm"})
    result = weather.invoke(call)
    assert isinstance(result, ToolMessage)
    assert agent.invoke([asked, called, result]).content == "It is raining in Ulm."


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_an_answer_has_the_structure_that_was_asked_for(api: Api, method: Any) -> None:
    assert model(api, "agent").with_structured_output(City, method=method).invoke("where?") == City(city="Ulm")


def test_embeddings(api: Api) -> None:
    found = OpenAIEmbeddings(
        model="echo", base_url=api.url, api_key=SecretStr(api.key), check_embedding_ctx_length=False
    )
    assert found.embed_documents(["ab", "abc"]) == [[2.0, 1.0], [3.0, 1.0]]
    assert found.embed_query("a") == [1.0, 1.0]


@pytest.mark.parametrize("streaming", [True, False])
def test_errors_reach_the_caller(api: Api, streaming: bool) -> None:
    with pytest.raises(openai.AuthenticationError):
        model(api, key="wrong", streaming=streaming).invoke("hi")
    with pytest.raises(openai.NotFoundError, match="there is no model 'gpt-4'"):
        model(api, "gpt-4", streaming=streaming).invoke("hi")
    with pytest.raises(openai.BadRequestError, match="temperature"):
        model(api, temperature=9, streaming=streaming).invoke("hi")
    with pytest.raises(openai.BadRequestError, match="cannot call tools"):
        model(api, streaming=streaming).bind_tools([weather]).invoke("hi")
