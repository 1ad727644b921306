"""What a client of the API sends: OpenAI's fields, unknown ones ignored, wrong ones refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Penalty = Annotated[float, Field(ge=-2, le=2)]
Tokens = Annotated[int, Field(ge=1)]
StopText = Annotated[str, StringConstraints(min_length=1)]
Answers = Annotated[int, Field(ge=1, le=16)]
Seed = Annotated[int, Field(ge=-(2**63), lt=2**63)]
SomeText = Annotated[str, StringConstraints(min_length=1)]
MOST_TEXTS = 2048
"""Texts that one request for embeddings may hold, as OpenAI has it."""
MOST_TOOLS = 128
"""Tools that one request may offer, as OpenAI has it."""


class Part(BaseModel):
    """One part of a message: text, what a model refused to say, or an image as a data URL."""

    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: dict[str, Any] | None = None


class CalledFunction(BaseModel):
    """What a model called: `arguments` is JSON as the model wrote it."""

    name: str
    arguments: str


class CalledTool(BaseModel):
    """One tool call of an earlier answer."""

    id: SomeText
    type: Literal["function"] = "function"
    function: CalledFunction


class ChatMessage(BaseModel):
    """One message of the caller's conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    tool_calls: list[CalledTool] | None = None
    tool_call_id: str | None = None


class Function(BaseModel, extra="allow"):
    """A function that the model may call; `parameters` is a JSON Schema."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, Any] | None = None


class Tool(BaseModel, extra="allow"):
    """A tool that the model may call."""

    type: Literal["function"]
    function: Function


class ChosenFunction(BaseModel):
    """The name of one of the tools."""

    name: str


class ChosenTool(BaseModel):
    """The one tool that the model must call."""

    type: Literal["function"]
    function: ChosenFunction


class StreamOptions(BaseModel):
    """What a stream carries beside text."""

    include_usage: bool = False


class ResponseFormat(BaseModel):
    """The form that the answer must have."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: dict[str, Any] | None = None


class AnswerBody(BaseModel):
    """What every request for an answer may say."""

    model: str | None = None
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Answers | None = 1
    max_tokens: Tokens | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    seed: Seed | None = None
    stop: StopText | list[StopText] | None = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    logit_bias: dict[Annotated[int, Field(ge=0)], Annotated[float, Field(ge=-100, le=100)]] | None = None
    user: str | None = None

    @property
    def includes_usage(self) -> bool:
        """Whether a stream ends with the usage."""
        return self.stream_options is not None and self.stream_options.include_usage


class ChatBody(AnswerBody):
    """A request to `/v1/chat/completions`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"messages": [{"role": "user", "content": "Hello"}]}]})
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    max_completion_tokens: Tokens | None = None
    response_format: ResponseFormat | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    tools: Annotated[list[Tool], Field(max_length=MOST_TOOLS)] | None = None
    tool_choice: Literal["none", "auto", "required"] | ChosenTool | None = None
    parallel_tool_calls: bool | None = None
    functions: Any = None


class CompletionBody(AnswerBody):
    """A request to `/v1/completions`."""

    prompt: SomeText | Annotated[list[SomeText], Field(min_length=1, max_length=16)]
    echo: bool | None = False
    best_of: Answers | None = None
    suffix: str | None = None
    logprobs: Annotated[int, Field(ge=0, le=5)] | None = None


class EmbeddingBody(BaseModel):
    """A request to `/v1/embeddings`."""

    input: SomeText | Annotated[list[SomeText], Field(min_length=1, max_length=MOST_TEXTS)]
    model: str | None = None
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: Annotated[int, Field(ge=1)] | None = None


class TokenizeBody(BaseModel):
    """A request to `/tokenize`, as llama.cpp's server takes it."""

    content: str
    model: str | None = None
