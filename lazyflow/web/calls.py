"""What each model was sent for one reply, and what the call took: the data of the page's inspector."""

from __future__ import annotations

from typing import Any

from lazyflow.nodes.events import NodePath, Request, Usage
from lazyflow.store.conversation import Entry

Json = dict[str, Any]


def calls_data(requests: tuple[Request, ...], usages: tuple[Usage, ...]) -> list[Json]:
    """One item for each call, in order. A call that broke off has no figures; an imported one has no messages."""
    left = list(usages)
    calls: list[Json] = []
    for request in requests:
        usage = next((usage for usage in left if usage.path == request.path), None)
        if usage is not None:
            left.remove(usage)
        calls.append(
            {
                "path": list(request.path),
                "messages": [list(message) for message in request.messages],
                "parameters": [list(parameter) for parameter in request.parameters],
                **(figures(usage) if usage is not None else {}),
            }
        )
    return calls + [{"path": list(usage.path), "messages": [], "parameters": [], **figures(usage)} for usage in left]


def figures(usage: Usage) -> Json:
    """Model, tokens and times in seconds; what is unknown is left out."""
    found = {
        "model": usage.model,
        "prompt": usage.prompt_tokens,
        "cached": usage.cached_tokens,
        "completion": usage.completion_tokens,
        "first": None if usage.time_to_first_token is None else round(usage.time_to_first_token, 3),
        "seconds": None if usage.seconds is None else round(usage.seconds, 3),
    }
    return {name: value for name, value in found.items() if value is not None}


def events_data(reply: Entry) -> list[list[str]]:
    """What is kept of the events of a reply, as (event, text): its thinking, steps, notices, usages, failure."""
    told: list[tuple[str, str]] = []
    if reply.thinking:
        took = "" if reply.thinking_seconds is None else f"{reply.thinking_seconds:.2f} s, "
        told.append(("Thinking", f"{took}{len(reply.thinking):,} characters"))
    told += [("Step", f"{place(step.path)}: {step.state}, {step.seconds:.2f} s") for step in reply.steps]
    told += [("Notice", text) for text in reply.notices]
    told += [("Usage", f"{place(usage.path)}: {usage_text(usage)}") for usage in reply.usages]
    if reply.failure is not None:
        told.append(("Failure", f"{place(reply.failure.path)}: {reply.failure.reason}, {reply.failure.message}"))
    return [list(one) for one in (*told, ("Text", f"{len(reply.text):,} characters, {reply.state}"))]


def place(path: NodePath) -> str:
    """Where in the graph something happened."""
    return " / ".join(path) or "the app"


def usage_text(usage: Usage) -> str:
    """What one model call took, in a line."""
    parts = {**figures(usage), "finish": usage.finish_reason}
    return ", ".join(f"{name} {value}" for name, value in parts.items() if value is not None)
