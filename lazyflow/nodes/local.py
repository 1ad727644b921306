"""A local model as a node: the conversation becomes messages, the engine's output becomes events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import fields

from lazyflow.engine.contract import (
    Busy,
    ChatRequest,
    ContextOverflow,
    EngineError,
    Finished,
    InvalidRequest,
    LoadedModel,
    ModelGone,
    Output,
    Queued,
    TextDelta,
    ThinkingDelta,
    Trimmed,
)
from lazyflow.errors import LazyflowError
from lazyflow.messages import Message, Role
from lazyflow.nodes.attachments import images, spoken
from lazyflow.nodes.choices import grammar_of
from lazyflow.nodes.contract import Embeddings, ModelSource, NodeFailed, Turn
from lazyflow.nodes.events import Event, Failure, FailureReason, NodePath, Notice, Request, Text, Thinking, Usage
from lazyflow.spec.nodes import LocalSpec
from lazyflow.spec.sampling import JsonSchema


class LocalNode:
    """Answers with a GGUF on this machine. `chat_template` is Jinja text; None is the GGUF's own."""

    def __init__(self, spec: LocalSpec, model: ModelSource, chat_template: str | None = None) -> None:
        self.name = spec.name
        self._spec = spec
        self._model = model
        self._template = chat_template

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """Answer; a model whose process dies before it said anything is asked once more."""
        request = chat_request(self._spec, self._template, turn)
        yield told(turn.path, request)
        if unseen := [file.name for file in images(Message(Role.USER, "", turn.files))]:
            yield Notice("degraded", f"{self.name} reads no pictures; left out: {', '.join(unseen)}")
        again = True
        while True:
            said = False
            if self._model.waiting:
                yield Notice("queued", f"{self.name}: {self._model.waiting}")
            try:
                async with self._model.use() as model, aclosing(self._answer(model, request, turn.path)) as events:
                    async for event in events:
                        said = said or isinstance(event, Text | Thinking)
                        yield event
                    return
            except ModelGone as error:
                if said or not again:
                    raise NodeFailed(failure(turn.path, error)) from error
                again = False
            except LazyflowError as error:
                raise NodeFailed(failure(turn.path, error)) from error

    async def embed(self, texts: Sequence[str], dimensions: int | None = None) -> Embeddings:
        """See `Embeds`: the model's own number of dimensions is the only one."""
        try:
            async with self._model.use() as model:
                vectors = tuple(await model.embed(texts))
                tokens = [len(await model.tokenize(text)) for text in texts]
        except LazyflowError as error:
            raise NodeFailed(failure((self.name,), error)) from error
        if dimensions is not None and any(len(vector) != dimensions for vector in vectors):
            words = f"the embeddings of node '{self.name}' have {len(vectors[0])} dimensions, not {dimensions}"
            raise NodeFailed(Failure((self.name,), words, "leave `dimensions` out", "invalid"))
        return Embeddings(vectors, sum(tokens))

    async def tokenize(self, text: str) -> tuple[int, ...]:
        """See `Tokenizes`."""
        try:
            async with self._model.use() as model:
                return await model.tokenize(text)
        except LazyflowError as error:
            raise NodeFailed(failure((self.name,), error)) from error

    async def _answer(self, model: LoadedModel, request: ChatRequest, path: NodePath) -> AsyncGenerator[Event, None]:
        async with aclosing(model.chat(request)) as outputs:
            async for output in outputs:
                yield event_of(output, path, self._spec.model)


def chat_request(spec: LocalSpec, template: str | None, turn: Turn) -> ChatRequest:
    """What the engine is asked: system prompt, the conversation that this node may see, and the message."""
    wanted = turn.wishes(spec.name)
    system = wanted.system if wanted.system is not None else spec.system
    told_first = (Message(Role.SYSTEM, system),) if system else ()
    conversation = (*turn.history_for(spec.name), Message(Role.USER, turn.message, turn.files))
    begun = (Message(Role.ASSISTANT, turn.begun),) if turn.begun else ()
    return ChatRequest(
        messages=(*told_first, *(Message(message.role, spoken(message)) for message in conversation), *begun),
        sampling=wanted.sampling.over(spec.sampling),
        format=wanted.format if wanted.format is not None else spec.format,
        grammar=grammar_of(wanted.choices) if wanted.choices else None,
        chat_template=template,
        overflow=spec.overflow,
        person=turn.person,
        logit_bias=wanted.logit_bias,
        logprobs=wanted.logprobs,
    )


def told(path: NodePath, request: ChatRequest) -> Request:
    """The request as the inspector shows it."""
    sampling = request.sampling
    parameters = [(field.name, getattr(sampling, field.name)) for field in fields(sampling)]
    shown = [(name, str(value)) for name, value in parameters if value not in (None, ())]
    match request.format:
        case "text":
            pass
        case "json":
            shown.append(("format", "json"))
        case JsonSchema(schema):
            shown.append(("format", str(schema)))
    if request.grammar is not None:
        shown.append(("grammar", request.grammar))
    return Request(path, tuple((message.role.value, message.text) for message in request.messages), tuple(shown))


def event_of(output: Output, path: NodePath, model: str) -> Event:
    """What the engine says, in the words of the page."""
    match output:
        case TextDelta(text, logprobs):
            return Text(text, logprobs)
        case ThinkingDelta(text):
            return Thinking(text)
        case Queued(place):
            return Notice("queued", f"waiting for the model, place {place} in the queue", place)
        case Trimmed(messages):
            return Notice("trimmed", f"the oldest {messages} messages were left out: the conversation is too long")
        case Finished():
            return Usage(
                path,
                model,
                prompt_tokens=output.prompt_tokens,
                completion_tokens=output.completion_tokens,
                cached_tokens=output.cached_tokens,
                time_to_first_token=output.time_to_first_token,
                seconds=output.seconds,
                finish_reason=output.reason,
            )


def failure(path: NodePath, error: LazyflowError) -> Failure:
    """Why this node could not answer, for the person who chats."""
    reason: FailureReason
    match error:
        case Busy(retry_after=wait):
            return Failure(path, error.message, error.help, "busy", wait)
        case ContextOverflow():
            reason = "context_window"
        case InvalidRequest():
            reason = "invalid"
        case EngineError():
            reason = "error"
        case _:
            reason = "load_failed"
    return Failure(path, error.message, error.help, reason)
