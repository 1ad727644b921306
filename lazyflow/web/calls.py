"""What each model was sent for one reply, and what the call took: the data of the page's inspector."""

from __future__ import annotations

from typing import Any

from lazyflow.nodes.events import Request, Usage

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
