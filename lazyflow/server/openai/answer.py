"""From the app's events to OpenAI's response objects, whole or in chunks."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lazyflow.nodes.events import Event, Failure, Notice, Request, Step, Text, Thinking, Usage
from lazyflow.server.openai.problem import TurnFailed

FINISH = {"stop": "stop", "length": "length", "content_filter": "content_filter", "tool_calls": "tool_calls"}


@dataclass(slots=True)
class Reply:
    """One of the answers of a request, as far as it has come."""

    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)

    def take(self, event: Event) -> dict[str, str] | None:
        """Add an event; what a streaming client is sent of it.

        Raises: `TurnFailed`.
        """
        match event:
            case Text(text):
                self.text.append(text)
                return {"content": text} if text else None
            case Thinking(text):
                self.thinking.append(text)
                return {"reasoning_content": text} if text else None
            case Usage():
                self.usages.append(event)
            case Failure():
                raise TurnFailed(event)
            case Step() | Notice() | Request():
                pass
        return None

    @property
    def finish_reason(self) -> str:
        """Why the answer ended, as the model that spoke last tells it."""
        reason = self.usages[-1].finish_reason if self.usages else None
        return FINISH[reason] if reason else "stop"

    def message(self) -> dict[str, Any]:
        """The whole answer."""
        said: dict[str, Any] = {"role": "assistant", "content": "".join(self.text), "refusal": None}
        if self.thinking:
            said["reasoning_content"] = "".join(self.thinking)
        return said


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every object of one response carries."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, replies: Iterable[Reply]) -> dict[str, Any]:
        """A response that is not streamed."""
        listed = list(replies)
        choices = [
            {"index": index, "message": reply.message(), "logprobs": None, "finish_reason": reply.finish_reason}
            for index, reply in enumerate(listed)
        ]
        return {**self.head("chat.completion"), "choices": choices, "usage": usage(listed)}

    def chunk(self, index: int, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        """One piece of a stream."""
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**self.head("chat.completion.chunk"), "choices": [choice]}

    def usage_chunk(self, replies: Iterable[Reply]) -> dict[str, Any]:
        """The last piece of a stream whose client asked for the usage."""
        return {**self.head("chat.completion.chunk"), "choices": [], "usage": usage(list(replies))}

    def head(self, kind: str) -> dict[str, Any]:
        """The fields that say what this is."""
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model, "system_fingerprint": None}


def usage(replies: list[Reply]) -> dict[str, Any]:
    """Tokens of all model calls that the answers took."""
    calls = [call for reply in replies for call in reply.usages]
    prompt = sum(call.prompt_tokens or 0 for call in calls)
    completion = sum(call.completion_tokens or 0 for call in calls)
    cached = sum(call.cached_tokens or 0 for call in calls)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
