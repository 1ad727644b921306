"""The shapes of what the API answers, for its OpenAPI document; a test holds the answers against them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from lazyflow.server.openai.body import CalledFunction


class Told(BaseModel):
    """A part of an answer: these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Problem(Told):
    """What went wrong: `param` is the field of the request, `code` a word for programs."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorAnswer(Told):
    """A request that is not answered."""

    error: Problem


class Model(Told):
    """A node that can be asked."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(Told):
    """All of them, the page's target first."""

    object: Literal["list"]
    data: list[Model]


class CachedTokens(Told):
    """Tokens of the prompt that a cache held."""

    cached_tokens: int


class Usage(Told):
    """Tokens of all model calls that the answers took."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: CachedTokens


class LikelyToken(Told):
    """A token that could have stood there."""

    token: str
    logprob: float
    bytes: list[int]


class SaidToken(LikelyToken):
    """A token of the answer with the likeliest at its place."""

    top_logprobs: list[LikelyToken]


class ChatLogprobs(Told):
    """The tokens of an answer."""

    content: list[SaidToken]
    refusal: None


class ToolCall(Told):
    """A call of one of the caller's tools."""

    id: str
    type: Literal["function"]
    function: CalledFunction


class AnswerMessage(BaseModel):
    """An answer, with `reasoning_content` where the model thought and `tool_calls` where it calls."""

    role: Literal["assistant"]
    content: str | None
    refusal: None
    reasoning_content: str = ""
    tool_calls: list[ToolCall] = []


FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


class ChatChoice(Told):
    """One of the answers."""

    index: int
    message: AnswerMessage
    logprobs: ChatLogprobs | None
    finish_reason: FinishReason


class Answer(Told):
    """What every answer begins with."""

    id: str
    created: int
    model: str
    system_fingerprint: str


class ChatCompletion(Answer):
    """A whole answer to a chat."""

    object: Literal["chat.completion"]
    choices: list[ChatChoice]
    usage: Usage


class ChunkChoice(Told):
    """The next piece of one of the answers; `delta` has the fields of a message that grow."""

    index: int
    delta: dict[str, Any]
    logprobs: ChatLogprobs | None
    finish_reason: FinishReason | None


class ChatCompletionChunk(Answer):
    """The data of one event of a stream; `usage` stands in the last one alone, where it was asked for."""

    object: Literal["chat.completion.chunk"]
    choices: list[ChunkChoice]
    usage: Usage | None = None


class TextLogprobs(Told):
    """The tokens of a completion."""

    tokens: list[str]
    token_logprobs: list[float]
    top_logprobs: list[dict[str, float]]
    text_offset: list[int]


class TextChoice(Told):
    """One of the completions, or its next piece."""

    text: str
    index: int
    logprobs: TextLogprobs | None
    finish_reason: FinishReason | None


class TextCompletion(Answer):
    """Completions whole, or the data of one event of a stream."""

    object: Literal["text_completion"]
    choices: list[TextChoice]
    usage: Usage | None = None


class Embedding(Told):
    """The vector of one text: numbers, or little-endian 32-bit floats in base64."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class ReadTokens(Told):
    """Tokens of all texts."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingList(Told):
    """A vector for each text, in their order."""

    object: Literal["list"]
    data: list[Embedding]
    model: str
    usage: ReadTokens


class TokenList(Told):
    """The ids of a text's tokens."""

    tokens: list[int]
