"""What a loaded local model offers, whichever process it lives in. Nodes, runtime and web know only this module."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from lazyflow.errors import LazyflowError
from lazyflow.messages import Message
from lazyflow.spec.nodes import Auto
from lazyflow.spec.sampling import Format, Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelKey:
    """The fields that own weights and KV memory: two nodes with one key share one loaded model.

    `identity` is (size, mtime in ns, inode) of each shard, so that a file that was replaced is another model.
    """

    path: Path
    identity: tuple[tuple[int, int, int], ...]
    gpu_layers: int | Literal["auto", "all", "none"] = "auto"
    main_gpu: int | None = None
    split_mode: Literal["none", "layer", "row"] | None = None
    tensor_split: tuple[float, ...] = ()
    context: int | Auto = "auto"
    parallel: int = 4
    threads: int | Auto = "auto"
    batch: int | Auto = "auto"
    flash_attention: bool | Auto = "auto"
    kv_cache: Literal["auto", "f16", "q8_0", "q4_0"] = "auto"
    mmap: bool | Auto = "auto"
    mlock: bool | Auto = "auto"
    isolate: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One answer to produce. `person` is whose share of the machine it takes; `grammar` (GBNF) replaces `format`."""

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    format: Format = "text"
    grammar: str | None = None
    chat_template: str | None = None
    overflow: Literal["drop-oldest", "error"] = "drop-oldest"
    person: str = ""
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    logprobs: int | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer, whole characters only.

    `logprobs`, where n were asked for, are (token text, logprob): for each token itself, then the n likeliest.
    """

    text: str
    logprobs: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """The next piece of the model's thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class Queued:
    """The request waits; `place` counts from 1."""

    place: int


@dataclass(frozen=True, slots=True)
class Trimmed:
    """This many of the oldest messages were left out because the conversation outgrew the context."""

    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The end of an answer. Times are seconds since the request came in."""

    reason: Literal["stop", "length"]
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    time_to_first_token: float
    seconds: float


Output = TextDelta | ThinkingDelta | Queued | Trimmed | Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What was loaded, for the page, the log and `doctor`. `context` is tokens a conversation; sizes are bytes."""

    path: Path
    description: str
    size: int
    context: int
    trained_context: int
    parallel: int
    layers: int
    gpu_layers: int
    devices: tuple[str, ...] = ()
    placement: str = ""


@dataclass(frozen=True, slots=True)
class ModelState:
    """How busy a model is: answers that run and wait, of so many slots; tokens in its KV cache, of so much room.

    Since it was loaded it said `picked` tokens, and its thread spent `decoding` CPU seconds in llama.cpp's decode.
    """

    running: int
    waiting: int
    slots: int
    tokens: int
    room: int
    picked: int = 0
    decoding: float = 0.0


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far a load is: `fraction` from 0 to 1 of the stage named (`reading`, `fetching`, `starting`)."""

    stage: Literal["fetching", "reading", "starting"]
    fraction: float


class EngineError(LazyflowError):
    """The engine cannot answer this request; it stays usable for others."""


class ContextOverflow(EngineError):
    """The messages do not fit into the context."""


class InvalidRequest(EngineError):
    """A request that can never work: a bad grammar, a template that fails, parameters out of range."""


class ModelGone(EngineError):
    """The model's process died or is being stopped; the request may be tried again."""


def stopped() -> ModelGone:
    """What a request is told whose model is being stopped."""
    return ModelGone("the model was stopped", "send the message again")


class Busy(EngineError):
    """Too many requests wait already; after `retry_after` seconds there may be a place."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("too many people are waiting for this model", f"try again in {retry_after:.0f} s")
        self.retry_after = retry_after


class LoadedModel(Protocol):
    """A model in memory that answers many requests at once."""

    @property
    def info(self) -> ModelInfo:
        """What was loaded."""

    @property
    def ready(self) -> bool:
        """Whether it can answer now; False while its process is dead or started again, True once that is done.

        `on_progress` hears of both, with the stage `starting`.
        """

    def chat(self, request: ChatRequest) -> AsyncGenerator[Output, None]:
        """Stream one answer, `Finished` last. Closing the generator cancels the request within one step.

        Raises: `EngineError` or one of its children.
        """

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """The embedding of each text, of length 1. Raises: `EngineError`."""

    async def tokenize(self, text: str) -> tuple[int, ...]:
        """The tokens of plain text. Raises: `EngineError`."""

    async def state(self) -> ModelState:
        """How busy the model is now. Raises: `EngineError`, at once where it is not `ready`."""

    async def beside(self, keys: Sequence[ModelKey]) -> bool:
        """Whether all of `keys` could be loaded now, as well as if this model were not there. Raises: `EngineError`."""

    async def close(self) -> None:
        """End every request and free the memory. May be called more than once."""


OnProgress = Callable[[LoadProgress], None]


class Loader(Protocol):
    """Loads models: the seam between the pool and the engine."""

    async def __call__(self, key: ModelKey, on_progress: OnProgress) -> LoadedModel:
        """Load `key`. Cancelling the call stops the load. Raises: `ModelUnusable`."""
