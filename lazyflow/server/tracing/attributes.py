"""What spans say, in the words of OpenTelemetry's semantic conventions for generative AI."""

from __future__ import annotations

from lazyflow.nodes.events import Usage
from lazyflow.runtime.contract import Asked
from lazyflow.spec.nodes import LocalSpec, OnlineSpec

Attributes = dict[str, str | int | float | tuple[str, ...]]
PROVIDERS = {"gemini": "gcp.gemini", "azure": "azure.ai.openai", "mistral": "mistral_ai"}
"""The conventions' names of platforms where they are not our own."""


def of_turn(asked: Asked) -> Attributes:
    """What a turn is."""
    named: Attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": asked.node}
    return named | ({"gen_ai.conversation.id": asked.conversation} if asked.conversation else {})


def of_call(asked: Asked, usage: Usage) -> Attributes:
    """What a call of a model was, as far as it is known."""
    told: dict[str, str | float | tuple[str, ...] | None] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider(asked, usage),
        "gen_ai.request.model": usage.model,
        "gen_ai.response.finish_reasons": (usage.finish_reason,) if usage.finish_reason else None,
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gen_ai.response.time_to_first_chunk": usage.time_to_first_token,
        "lazyflow.node": usage.path[-1] if usage.path else asked.node,
    }
    return {name: value for name, value in told.items() if value is not None}


def provider(asked: Asked, usage: Usage) -> str | None:
    """Who runs the model of a call; None where a node says nothing of it."""
    match asked.spec.callables.get(usage.path[-1] if usage.path else asked.node):
        case LocalSpec():
            return "llama_cpp"
        case OnlineSpec(source=str(source)):
            return PROVIDERS.get(source, source)
        case _:
            return None
