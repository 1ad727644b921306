"""The only module that knows litellm: one request becomes a stream of pieces, and its exceptions a `Mishap`."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import warnings
from collections.abc import AsyncGenerator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

from lazyflow.errors import MissingExtra
from lazyflow.nodes.events import ToolCallDelta
from lazyflow.nodes.online.calls import Numbering
from lazyflow.nodes.online.diagnosis import diagnose
from lazyflow.nodes.online.mishap import Broken, Mishap
from lazyflow.nodes.online.request import EXTENSIONS, Abilities, Asked
from lazyflow.nodes.online.target import Target
from lazyflow.redaction import Redaction

MARGIN = 5.0  # seconds that litellm's own limit lies above ours, which speaks first
LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")
OPENAI_STYLE = frozenset({"openai", "azure"})
FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
}
FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


@dataclass(frozen=True, slots=True)
class Said:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """The next piece of the model's thinking, where the provider tells it apart."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The end of an answer. Unknown token counts and cost (US dollars) are None."""

    finish_reason: FinishReason
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    cost: float | None = None


Piece = Said | Thought | ToolCallDelta | Done


@dataclass(frozen=True, slots=True)
class Vectors:
    """Embeddings, and the tokens that were read where the provider tells them."""

    embeddings: tuple[tuple[float, ...], ...]
    tokens: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to one target; `timeout` is seconds of silence, `options` go to litellm as they are.

    `supported` are the parameters that litellm lets through by itself.
    """

    target: Target
    asked: Asked
    timeout: float
    redact: Redaction
    supported: AbstractSet[str] = frozenset()
    options: Mapping[str, Any] = field(default_factory=dict)


async def library() -> Any:
    """The module litellm, imported in a thread the first time (3 s of CPU). Raises: `MissingExtra`."""
    return await asyncio.to_thread(_import)


def _import() -> Any:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else its import goes to the network
    try:
        import litellm  # noqa: PLC0415 - heavy
    except ImportError:
        raise MissingExtra("litellm", "online") from None
    litellm.suppress_debug_info = True
    if "REPEATED_STREAMING_CHUNK_LIMIT" not in os.environ:  # else 100 equal pieces are an error
        vars(litellm).update(REPEATED_STREAMING_CHUNK_LIMIT=sys.maxsize)  # it may be imported before
    warnings.filterwarnings("ignore", message="Item '.*' on TypedDict class", category=UserWarning)
    # A call that is cancelled before it sent anything leaves a coroutine behind.
    warnings.filterwarnings(
        "ignore", message="coroutine '.*async_streaming' was never awaited", category=RuntimeWarning
    )
    for name in LOGGERS:
        logging.getLogger(name).disabled = True  # they repeat what providers say, keys included
    return litellm


def abilities(litellm: Any, target: Target) -> Abilities:
    """What litellm's tables know of the target's model."""
    model, provider, *_ = litellm.get_llm_provider(model=target.model, api_base=target.api_base, api_key="none")
    compatible = provider in OPENAI_STYLE or provider in litellm.openai_compatible_providers
    own_server = (target.platform is not None and target.platform.keyless) or provider.startswith("ollama")
    try:  # of an Ollama litellm would ask the server itself, and wait for it
        known = None if own_server else litellm.get_model_info(model=model, custom_llm_provider=provider)
    except Exception:  # noqa: BLE001 - litellm raises a bare Exception for a model that is not in its table
        known = None
    parameters = frozenset(litellm.get_supported_openai_params(model=model, custom_llm_provider=provider) or ())
    takes_schema = own_server or litellm.supports_response_schema(model=model, custom_llm_provider=provider)
    listed = target.platform.contexts.get(model) if target.platform else None
    takes_json = compatible or "response_format" in parameters
    return Abilities(
        dialect="openai" if compatible else "own",
        images=None if known is None else bool(known.get("supports_vision")),
        context=listed or (known or {}).get("max_input_tokens"),
        json="schema" if takes_schema else "object" if takes_json else "none",
        parameters=parameters | (EXTENSIONS if provider.startswith("ollama") else {"top_k"}),
    )


async def stream(call: Call) -> AsyncGenerator[Piece, None]:
    """The answer's pieces, `Done` last. Closing this closes the provider's connection. Raises: `Broken`."""
    litellm = await library()
    response: Any = None
    calls = Numbering()
    came = False
    mishap: Mishap | None = None
    try:
        response = await litellm.acompletion(**_arguments(call))
        usage: Any = None
        async for chunk in response:
            usage = getattr(chunk, "usage", None) or usage
            if not chunk.choices:
                continue
            delta = chunk.choices[0].delta
            if thought := getattr(delta, "reasoning_content", None):
                came = True
                yield Thought(thought)
            if delta.content:
                came = True
                yield Said(delta.content)
            for called in calls.feed(delta.tool_calls):
                came = True
                yield called
        reason = getattr(response, "received_finish_reason", "stop") or getattr(
            response, "intermittent_finish_reason", ""
        )
        if reason:
            counted = any(getattr(chunk, "usage", None) for chunk in response.chunks)
            yield _done(litellm, call.target, reason, usage if counted else None)
        else:  # litellm makes one up, and takes a web page for an empty answer
            mishap = Mishap(kind="unfinished" if came else "malformed")
    except Exception as error:  # noqa: BLE001 - whatever a provider's client raises is a mishap of this request
        mishap = diagnose(error, call.redact, answering=came)
    finally:
        if response is not None:
            await response.aclose()
    if mishap is not None:
        raise Broken(mishap)


async def embed(
    target: Target, texts: Sequence[str], *, timeout: float, redact: Redaction, dimensions: int | None
) -> Vectors:
    """The texts' embeddings. Raises: `Broken`."""
    litellm = await library()
    mishap: Mishap | None = None
    try:
        response = await litellm.aembedding(
            model=target.model,
            input=list(texts),
            dimensions=dimensions,
            encoding_format="float",
            timeout=timeout,
            api_key=target.api_key,
            api_base=target.api_base,
            max_retries=0,
            drop_params=True,
        )
        ordered = sorted(response.data, key=lambda one: one["index"])
        vectors = tuple(tuple(float(number) for number in one["embedding"]) for one in ordered)
        if len(vectors) == len(texts):
            return Vectors(vectors, getattr(response.usage, "prompt_tokens", None))
        mishap = Mishap(kind="malformed")
    except Exception as error:  # noqa: BLE001 - whatever a provider's client raises is a mishap of this request
        mishap = diagnose(error, redact, answering=False)
    raise Broken(mishap)


def _arguments(call: Call) -> dict[str, Any]:
    target, parameters = call.target, call.asked.parameters
    body = {**call.asked.body, **call.options.get("extra_body", {})}
    return {
        "drop_params": True,
        "allowed_openai_params": [name for name in (*parameters, *call.options) if name not in call.supported],
        "stream_options": {"include_usage": True},
        **parameters,
        "timeout": call.timeout + MARGIN,
        **call.options,
        **({"extra_body": body} if body else {}),
        "model": target.model,
        "messages": call.asked.messages,
        "api_key": target.api_key,
        "api_base": target.api_base,
        "stream": True,
        "max_retries": 0,
        "num_retries": 0,
    }


def _done(litellm: Any, target: Target, reason: str, usage: Any) -> Done:
    finish_reason = FINISH_REASONS.get(reason, "stop")
    if usage is None:
        return Done(finish_reason=finish_reason)
    details = getattr(usage, "prompt_tokens_details", None)
    return Done(
        finish_reason=finish_reason,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cached_tokens=getattr(details, "cached_tokens", None),
        cost=_cost(litellm, target, usage),
    )


def _cost(litellm: Any, target: Target, usage: Any) -> float | None:
    if not target.model.startswith("ollama") and not (target.platform is not None and target.platform.keyless):
        try:
            model, provider, *_ = litellm.get_llm_provider(model=target.model, api_base=target.api_base, api_key="none")
            known = litellm.get_model_info(model=model, custom_llm_provider=provider)
            if "input_cost_per_token" in litellm.model_cost.get(known["key"], {}):
                return float(sum(litellm.cost_per_token(model=model, custom_llm_provider=provider, usage_object=usage)))
        except Exception:  # noqa: BLE001 - litellm raises a bare Exception for a model that is not in its table
            return None
    return None
