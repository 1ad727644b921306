"""One of the answers of a request, as far as it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lazyflow.messages import ToolCall
from lazyflow.nodes.events import Event, Failure, Notice, Request, Step, Text, Thinking, ToolCallDelta, Usage
from lazyflow.server.openai.logprobs import Logprobs
from lazyflow.server.openai.problem import TurnFailed

Piece = Text | Thinking | ToolCallDelta
"""What a streaming client is sent."""


@dataclass(slots=True)
class Reply:
    """Gathers the events of one answer. `prompt` is its place among the request's prompts."""

    prompt: int = 0
    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    logprobs: list[tuple[str, float]] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    _calls: list[list[ToolCallDelta]] = field(default_factory=list)

    def take(self, event: Event) -> Piece | None:
        """Add an event; what of it a streaming client is sent.

        Raises: `TurnFailed`.
        """
        match event:
            case Text():
                self.text.append(event.text)
                self.logprobs.extend(event.logprobs)
                return event if event.text or event.logprobs else None
            case Thinking():
                self.thinking.append(event.text)
                return event if event.text else None
            case ToolCallDelta(number):
                if number == len(self._calls):
                    self._calls.append([])
                self._calls[number].append(event)
                return event
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
        return reason or "stop"

    @property
    def said(self) -> str:
        """The text so far."""
        return "".join(self.text)

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls so far."""
        return tuple(
            ToolCall(first.id, first.name, "".join(piece.arguments for piece in (first, *rest)))
            for first, *rest in self._calls
        )

    def told(self) -> Logprobs:
        """The logprobs so far."""
        return tuple(self.logprobs)


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
