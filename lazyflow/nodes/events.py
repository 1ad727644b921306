"""What a node tells while it answers: a small closed union. The page, the API and the terminal are views over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NodePath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """The next piece of the answer.

    `logprobs`, where n were asked for and the model tells them, are (token text, logprob): for each token itself, then
    the n likeliest.
    """

    text: str
    logprobs: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Thinking:
    """The next piece of a model's thinking, which is no part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """The next piece of a call of one of the caller's tools; `number` counts the answer's calls from 0.

    `id` and `name` come with a call's first piece; its `arguments`, JSON text, are those of all its pieces.
    """

    number: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A node of the graph began, told more, or ended. `path` leads from the target to it; `seconds` is set at the end.

    `output` carries what a node said that does not stream to the person: a piece while it runs, nothing at the end.
    """

    path: NodePath
    state: Literal["began", "output", "ended", "failed"]
    output: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What one model call took. Times are seconds; None is unknown."""

    path: NodePath
    model: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    time_to_first_token: float | None = None
    seconds: float | None = None
    cost: float | None = None
    finish_reason: Literal["stop", "length", "content_filter", "tool_calls"] | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know and need not act on: history was trimmed, another node answered, a queue.

    A «queued» one holds until anything else is told; `place` counts from 1 where there is a line.
    """

    kind: Literal["trimmed", "fallback", "queued", "routed", "degraded"]
    text: str
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a model node was sent, for the inspector: the exact messages and parameters (never a key)."""

    path: NodePath
    messages: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, str], ...]


FailureReason = Literal["load_failed", "error", "timeout", "rate_limit", "context_window", "invalid", "busy"]


@dataclass(frozen=True, slots=True)
class Failure:
    """The turn ended without (the rest of) an answer: what happened and what to do, for the person who chats."""

    path: NodePath
    message: str
    help: str = ""
    reason: FailureReason = "error"
    retry_after: float | None = None


Event = Text | Thinking | ToolCallDelta | Step | Usage | Notice | Request | Failure
