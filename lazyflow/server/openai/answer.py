"""From answers to OpenAI's response objects, whole or in chunks: for chats and for completions of a text."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lazyflow import __version__
from lazyflow.messages import ToolCall
from lazyflow.nodes.events import Text, Thinking, ToolCallDelta
from lazyflow.server.openai.logprobs import chat_logprobs, text_logprobs
from lazyflow.server.openai.reply import Piece, Reply, usage

FINGERPRINT = f"lazyflow-{__version__}"


class Envelope(Protocol):
    """How the answers of one request are told."""

    def whole(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """A response that is not streamed."""

    def begin(self, index: int, reply: Reply) -> dict[str, Any] | None:
        """What a stream says before the first piece of an answer."""

    def piece(self, index: int, reply: Reply, event: Piece) -> dict[str, Any] | None:
        """One piece of a stream, which `reply` holds already; None where the form has no place for it."""

    def end(self, index: int, reason: str) -> dict[str, Any]:
        """The end of one answer."""

    def usage_chunk(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """The last piece of a stream whose client asked for the usage."""


@dataclass(frozen=True, slots=True)
class ChatEnvelope:
    """`chat.completion`. `likeliest` is how many alternatives each token's logprobs have; None: none are told."""

    model: str
    likeliest: int | None = None
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """See `Envelope`."""
        choices = [
            {
                "index": index,
                "message": _message(reply),
                "logprobs": chat_logprobs(reply.told(), self.likeliest),
                "finish_reason": reply.finish_reason,
            }
            for index, reply in enumerate(replies)
        ]
        return {**self._head("chat.completion"), "choices": choices, "usage": usage(list(replies))}

    def begin(self, index: int, reply: Reply) -> dict[str, Any]:
        """See `Envelope`: the role."""
        return self._chunk(index, {"role": "assistant", "content": None if reply.calls and not reply.said else ""})

    def piece(self, index: int, _: Reply, event: Piece) -> dict[str, Any]:
        """See `Envelope`."""
        match event:
            case Text(text, logprobs):
                return self._chunk(index, {"content": text}, logprobs=chat_logprobs(logprobs, self.likeliest))
            case Thinking(text):
                return self._chunk(index, {"reasoning_content": text})
            case ToolCallDelta():
                return self._chunk(index, {"tool_calls": [_call_delta(event)]})

    def end(self, index: int, reason: str) -> dict[str, Any]:
        """See `Envelope`."""
        return self._chunk(index, {}, reason)

    def usage_chunk(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """See `Envelope`."""
        return {**self._head("chat.completion.chunk"), "choices": [], "usage": usage(list(replies))}

    def _chunk(
        self, index: int, delta: dict[str, Any], reason: str | None = None, logprobs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": reason}
        return {**self._head("chat.completion.chunk"), "choices": [choice]}

    def _head(self, kind: str) -> dict[str, Any]:
        return head(self.id, kind, self.created, self.model)


@dataclass(frozen=True, slots=True)
class TextEnvelope:
    """`text_completion`. `prompts` stand before the answers where the caller wants an echo, else they are empty."""

    model: str
    prompts: tuple[str, ...]
    likeliest: int | None = None
    id: str = field(default_factory=lambda: f"cmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """See `Envelope`."""
        choices = []
        for index, reply in enumerate(replies):
            prompt = self.prompts[reply.prompt]
            logprobs = text_logprobs(reply.told(), self.likeliest, len(prompt))
            choices.append(_text_choice(index, prompt + reply.said, reply.finish_reason, logprobs))
        return {**self._head(), "choices": choices, "usage": usage(list(replies))}

    def begin(self, index: int, reply: Reply) -> dict[str, Any] | None:
        """See `Envelope`: the prompt, where it is wanted."""
        prompt = self.prompts[reply.prompt]
        return {**self._head(), "choices": [_text_choice(index, prompt)]} if prompt else None

    def piece(self, index: int, reply: Reply, event: Piece) -> dict[str, Any] | None:
        """See `Envelope`: thinking and calls have no place in a text."""
        if not isinstance(event, Text):
            return None
        start = len(self.prompts[reply.prompt]) + len(reply.said) - len(event.text)
        logprobs = text_logprobs(event.logprobs, self.likeliest, start)
        return {**self._head(), "choices": [_text_choice(index, event.text, logprobs=logprobs)]}

    def end(self, index: int, reason: str) -> dict[str, Any]:
        """See `Envelope`."""
        return {**self._head(), "choices": [_text_choice(index, "", reason)]}

    def usage_chunk(self, replies: Sequence[Reply]) -> dict[str, Any]:
        """See `Envelope`."""
        return {**self._head(), "choices": [], "usage": usage(list(replies))}

    def _head(self) -> dict[str, Any]:
        return head(self.id, "text_completion", self.created, self.model)


def head(answer: str, kind: str, created: int, model: str) -> dict[str, Any]:
    """What every response begins with; the fingerprint tells which lazyflow answered."""
    return {"id": answer, "object": kind, "created": created, "model": model, "system_fingerprint": FINGERPRINT}


def _text_choice(
    index: int, text: str, reason: str | None = None, logprobs: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"text": text, "index": index, "logprobs": logprobs, "finish_reason": reason}


def _message(reply: Reply) -> dict[str, Any]:
    calls = [_call(call) for call in reply.calls]
    said: dict[str, Any] = {"role": "assistant", "content": reply.said or (None if calls else ""), "refusal": None}
    if calls:
        said["tool_calls"] = calls
    if reply.thinking:
        said["reasoning_content"] = "".join(reply.thinking)
    return said


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _call_delta(piece: ToolCallDelta) -> dict[str, Any]:
    if piece.id:
        return {"index": piece.number, **_call(ToolCall(piece.id, piece.name, piece.arguments))}
    return {"index": piece.number, "function": {"arguments": piece.arguments}}
