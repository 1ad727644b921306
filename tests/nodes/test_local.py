from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lazyflow.engine.contract import (
    Busy,
    ChatRequest,
    ContextOverflow,
    EngineError,
    Finished,
    InvalidRequest,
    LoadedModel,
    ModelGone,
    ModelInfo,
    ModelKey,
    ModelState,
    Output,
    Queued,
    TextDelta,
    ThinkingDelta,
    Trimmed,
)
from lazyflow.errors import LazyflowError, ModelUnusable
from lazyflow.messages import File, Message, Role
from lazyflow.nodes.choices import grammar_of
from lazyflow.nodes.contract import Embeddings, NodeFailed, Overrides, Turn
from lazyflow.nodes.events import FailureReason, Notice, Request, Text, Thinking, Usage
from lazyflow.nodes.local import LocalNode
from lazyflow.spec.nodes import LocalSpec
from lazyflow.spec.sampling import JsonSchema, Sampling

END = Finished(
    reason="length", prompt_tokens=7, cached_tokens=3, completion_tokens=2, time_to_first_token=0.1, seconds=0.2
)
EARLIER = (Message(Role.USER, "I am Ada"), Message(Role.ASSISTANT, "Hello"))


class Model:
    """Plays one list of outputs or errors a request."""

    def __init__(self, *plays: Sequence[Output | LazyflowError]) -> None:
        self.info = ModelInfo(
            path=Path("m.gguf"),
            description="",
            size=1,
            context=9,
            trained_context=9,
            parallel=1,
            layers=1,
            gpu_layers=0,
        )
        self.ready = True
        self.plays = list(plays)
        self.requests: list[ChatRequest] = []
        self.running = 0

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        if not all(texts):
            raise InvalidRequest("there is no text to embed", "send a text")
        return [(float(len(text)), 1.0) for text in texts]

    async def state(self) -> ModelState:
        return ModelState(self.running, 0, 1, 0, 9)

    async def tokenize(self, text: str) -> tuple[int, ...]:
        return tuple(map(ord, text))

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Output, None]:
        self.requests.append(request)
        self.running += 1
        try:
            for output in self.plays.pop(0):
                if isinstance(output, LazyflowError):
                    raise output
                yield output
        finally:
            self.running -= 1

    async def beside(self, keys: Sequence[ModelKey]) -> bool:
        return not keys

    async def close(self) -> None:
        pass


class Source:
    def __init__(self, model: LoadedModel | None, waiting: str = "", error: LazyflowError | None = None) -> None:
        self.model = model
        self.waiting = waiting
        self.error = error

    @asynccontextmanager
    async def use(self) -> AsyncGenerator[LoadedModel, None]:
        if self.error is not None:
            raise self.error
        assert self.model is not None
        yield self.model


def turn(message: str = "hi", **fields: object) -> Turn:
    return Turn(message=message, path=("chat",), **fields)  # type: ignore[arg-type]  # each test gives its own fields


async def sent(spec: LocalSpec, turn: Turn) -> ChatRequest:
    """What reaches the model."""
    model = Model([END])
    [_ async for _ in LocalNode(spec, Source(model)).stream(turn)]
    return model.requests[0]


async def test_output_becomes_events() -> None:
    outputs: list[Output] = [Queued(2), Trimmed(4), ThinkingDelta("hm"), TextDelta("An"), TextDelta("swer"), END]
    node = LocalNode(LocalSpec(name="chat", model="m"), Source(Model(outputs)))
    events = [event async for event in node.stream(turn())]
    assert events == [
        Request(("chat",), (("user", "hi"),), ()),
        Notice("queued", "waiting for the model, place 2 in the queue", 2),
        Notice("trimmed", "the oldest 4 messages were left out: the conversation is too long"),
        Thinking("hm"),
        Text("An"),
        Text("swer"),
        Usage(
            ("chat",),
            "m",
            prompt_tokens=7,
            completion_tokens=2,
            cached_tokens=3,
            time_to_first_token=0.1,
            seconds=0.2,
            finish_reason="length",
        ),
    ]


async def test_nothing_is_added_where_no_system_prompt_is_written() -> None:
    request = await sent(LocalSpec(name="chat", model="m"), turn())
    assert request.messages == (Message(Role.USER, "hi"),)


async def test_what_stands_of_the_answer_is_the_last_message_so_that_the_model_goes_on() -> None:
    request = await sent(LocalSpec(name="chat", model="m"), turn(begun="Once upon "))
    assert request.messages == (Message(Role.USER, "hi"), Message(Role.ASSISTANT, "Once upon "))


async def test_the_conversation_reaches_a_node_that_reads_it_and_no_other() -> None:
    spec = LocalSpec(name="chat", model="m", system="Be brief.")
    told = await sent(spec, turn(history=EARLIER, readers=frozenset({"chat"})))
    assert told.messages == (Message(Role.SYSTEM, "Be brief."), *EARLIER, Message(Role.USER, "hi"))
    alone = await sent(spec, turn(history=EARLIER, readers=frozenset({"other"})))
    assert alone.messages == (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, "hi"))


async def test_a_document_s_text_stands_below_the_message() -> None:
    request = await sent(LocalSpec(name="chat", model="m"), turn(files=(File("a.txt", "text/plain", b"x", "x"),)))
    assert request.messages[0].text == "hi\n\na.txt:\n```\nx\n```"


async def test_a_picture_is_left_out_and_that_is_told() -> None:
    node = LocalNode(LocalSpec(name="chat", model="m"), Source(Model([END])))
    events = [event async for event in node.stream(turn(files=(File("a.png", "image/png", b"x"),)))]
    assert Notice("degraded", "chat reads no pictures; left out: a.png") in events


async def test_the_caller_s_wishes_win_over_the_node_s_own() -> None:
    spec = LocalSpec(name="chat", model="m", system="Mine", sampling=Sampling(temperature=0.5, top_k=3), format="json")
    wishes = Overrides(system="Theirs", sampling=Sampling(temperature=0.0), format=JsonSchema({}), logprobs=2)
    request = await sent(spec, turn(overrides={"chat": wishes}, person="ann"))
    assert request.messages[0] == Message(Role.SYSTEM, "Theirs")
    assert request.sampling == Sampling(temperature=0.0, top_k=3)
    assert (request.format, request.logprobs, request.person) == (JsonSchema({}), 2, "ann")


async def test_choices_become_a_grammar() -> None:
    request = await sent(LocalSpec(name="chat", model="m"), turn(overrides={"chat": Overrides(choices=("a", "b"))}))
    assert request.grammar == 'root ::= "a" | "b"'


def test_choices_are_escaped_in_the_grammar() -> None:
    assert grammar_of(('say "hi"\\', "a\nb")) == 'root ::= "say \\"hi\\"\\\\" | "a\\U0000000Ab"'


async def test_waiting_for_the_model_is_told() -> None:
    node = LocalNode(LocalSpec(name="chat", model="m"), Source(Model([END]), waiting="loading the model (50%)"))
    assert Notice("queued", "chat: loading the model (50%)") in [event async for event in node.stream(turn())]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ContextOverflow("too long"), "context_window"),
        (InvalidRequest("bad grammar"), "invalid"),
        (EngineError("oh"), "error"),
        (Busy(7.0), "busy"),
        (ModelUnusable("cut off"), "load_failed"),
    ],
)
async def test_an_error_of_the_engine_is_a_failure_with_its_reason(error: LazyflowError, reason: FailureReason) -> None:
    node = LocalNode(LocalSpec(name="chat", model="m"), Source(Model([error])))
    with pytest.raises(NodeFailed) as caught:
        [_ async for _ in node.stream(turn())]
    assert (caught.value.failure.reason, caught.value.failure.message) == (reason, error.message)


async def test_a_model_that_cannot_be_loaded_is_a_failure() -> None:
    node = LocalNode(LocalSpec(name="chat", model="m"), Source(None, error=ModelUnusable("cut off", "fetch it again")))
    with pytest.raises(NodeFailed) as caught:
        [_ async for _ in node.stream(turn())]
    assert (caught.value.failure.reason, caught.value.failure.help) == ("load_failed", "fetch it again")


async def test_a_model_that_died_is_asked_once_more_if_nothing_was_said() -> None:
    model = Model([ModelGone("gone")], [TextDelta("back"), END])
    events = [event async for event in LocalNode(LocalSpec(name="chat", model="m"), Source(model)).stream(turn())]
    assert Text("back") in events


@pytest.mark.parametrize("plays", [[[TextDelta("be"), ModelGone("gone")]], [[ModelGone("a")], [ModelGone("gone")]]])
async def test_a_model_that_dies_otherwise_is_a_failure(plays: list[list[Output | LazyflowError]]) -> None:
    node = LocalNode(LocalSpec(name="chat", model="m"), Source(Model(*plays)))
    with pytest.raises(NodeFailed, match="gone"):
        [_ async for _ in node.stream(turn())]


async def test_closing_ends_the_request() -> None:
    model = Model([TextDelta("a"), TextDelta("b"), END])
    stream = LocalNode(LocalSpec(name="chat", model="m"), Source(model)).stream(turn())
    async for event in stream:
        if isinstance(event, Text):
            break
    assert model.running == 1
    await stream.aclose()
    assert model.running == 0


async def test_embeddings_and_tokens_are_the_models_own() -> None:
    node = LocalNode(LocalSpec(name="chat", model="m"), Source(Model()))
    assert await node.embed(["abc", "d"]) == Embeddings(((3.0, 1.0), (1.0, 1.0)), 4)
    assert (await node.embed(["abc"], 2)).vectors == ((3.0, 1.0),)
    assert await node.tokenize("ab") == (97, 98)


@pytest.mark.parametrize(("texts", "dimensions"), [(["abc", ""], None), (["abc"], 3)])
async def test_embeddings_that_cannot_be_made_are_refused(texts: list[str], dimensions: int | None) -> None:
    with pytest.raises(NodeFailed) as caught:
        await LocalNode(LocalSpec(name="chat", model="m"), Source(Model())).embed(texts, dimensions)
    assert (caught.value.failure.reason, caught.value.failure.path) == ("invalid", ("chat",))


async def test_a_full_line_tells_when_to_come_again() -> None:
    with pytest.raises(NodeFailed) as caught:
        [_ async for _ in LocalNode(LocalSpec(name="chat", model="m"), Source(Model([Busy(7.0)]))).stream(turn())]
    assert caught.value.failure.retry_after == 7.0
