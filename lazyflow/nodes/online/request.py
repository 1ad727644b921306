"""What a provider is asked: messages and parameters in OpenAI's form, from a node's spec and one turn."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lazyflow.engine.thinking import Thinking
from lazyflow.messages import Message, Role
from lazyflow.nodes.attachments import images, spoken
from lazyflow.nodes.contract import Turn
from lazyflow.nodes.online.calls import called
from lazyflow.nodes.online.calls import parameters as tool_parameters
from lazyflow.nodes.online.form import JsonMode, instruction, response_format
from lazyflow.nodes.online.target import Target
from lazyflow.spec.nodes import OnlineSpec
from lazyflow.spec.sampling import SAMPLING_FIELDS, Format, Sampling

EXTENSIONS = frozenset({"top_k", "min_p", "repeat_penalty"})
"""Parameters that OpenAI's own API does not have."""
GO_ON = (
    "Your answer broke off. Go on exactly where it ends, in the middle of a word if it ends there. "
    "Repeat nothing of it, and say nothing about this."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a model of a provider takes; None where nobody knows. `context` is tokens.

    A provider whose `dialect` is OpenAI's gets every parameter that the user wrote and may refuse it itself; for
    another one `parameters` are those that can be translated.
    """

    dialect: Literal["openai", "own"] = "openai"
    images: bool | None = None
    context: int | None = None
    json: JsonMode = "object"
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. `body` holds parameters beyond OpenAI's, `left_out` says what the provider cannot take."""

    messages: list[dict[str, Any]]
    parameters: dict[str, Any]
    body: dict[str, Any] = field(default_factory=dict)
    format: Format = "text"
    choices: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def offers_tools(self) -> bool:
        """Whether the caller can do what the model calls for."""
        return "tools" in self.parameters

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """The messages as (role, text)."""
        return tuple((message["role"], _text(message)) for message in self.messages)


def ask(spec: OnlineSpec, turn: Turn, target: Target, abilities: Abilities) -> Asked:
    """The request that answers `turn`, whatever the turn's overrides say included."""
    wishes = turn.wishes(spec.name)
    wanted: Format = spec.format if wishes.format is None else wishes.format
    system = spec.system if wishes.system is None else wishes.system
    told = instruction(wanted, abilities.json, wishes.choices)
    first = "\n\n".join(part for part in (system, told) if part)
    asking = Role.TOOL if turn.answers else Role.USER
    message = Message(asking, turn.message, turn.files, answers=turn.answers)
    conversation = (*turn.history_for(spec.name), message)
    parameters, body, left_out = _parameters(wishes.sampling.over(spec.sampling), target, abilities)
    if wishes.logit_bias:
        parameters["logit_bias"] = {str(token): bias for token, bias in wishes.logit_bias.items()}
    parameters.update(tool_parameters(wishes.tools))
    form = None if wishes.choices else response_format(wanted, abilities.json)
    if form is not None:
        parameters["response_format"] = form
    if abilities.images is False and any(images(message) for message in conversation):
        left_out.append("pictures")
    return Asked(
        messages=[
            *([{"role": "system", "content": first}] if first else []),
            *(_message(message, pictures=abilities.images is not False) for message in conversation),
            *begun(turn.begun, target),
        ],
        parameters=parameters,
        body=body,
        format=wanted,
        choices=wishes.choices,
        left_out=tuple(left_out),
    )


def begun(answer: str, target: Target) -> list[dict[str, Any]]:
    """The messages after the question where some of the answer stands already: the platform's own way, else words."""
    if not answer:
        return []
    said = {"role": "assistant", "content": answer}
    prefill = prefill_of(target)
    if prefill is not None:
        return [{**said, **prefill}]
    return [said, {"role": "user", "content": GO_ON}]


def prefill_of(target: Target) -> Mapping[str, bool] | None:
    """What an answer carries that its model is to go on with; None where the platform has no such thing."""
    return target.platform.prefill if target.platform is not None else None


def _message(message: Message, *, pictures: bool) -> dict[str, Any]:
    text = spoken(message)
    if message.role is Role.TOOL:
        return {"role": "tool", "tool_call_id": message.answers, "content": text}
    if message.role is Role.ASSISTANT:
        text = _answer(text)
    if message.calls:
        return {"role": "assistant", "content": text or None, "tool_calls": called(message)}
    shown = images(message) if pictures else ()
    if not shown:
        return {"role": message.role.value, "content": text}
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}]
    for image in shown:
        url = f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return {"role": message.role.value, "content": parts}


def _answer(text: str) -> str:
    """An earlier answer without the thinking before it, which no model is shown again."""
    thinking = Thinking()
    return "".join(piece for kind, piece in (*thinking.feed(text), *thinking.end()) if kind == "text")


def _parameters(
    sampling: Sampling, target: Target, abilities: Abilities
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """OpenAI's parameters, those beyond them, and the names of those that cannot be translated."""
    parameters: dict[str, Any] = {}
    body: dict[str, Any] = {}
    left_out: list[str] = []
    for name in SAMPLING_FIELDS:
        value = getattr(sampling, name)
        if value in (None, ()):
            continue
        value = list(value) if name == "stop" else value
        if abilities.dialect == "openai":
            place = body if name in EXTENSIONS else parameters
            place[_called(name, target)] = value
        elif name in abilities.parameters:
            parameters[name] = value
        else:
            left_out.append(name)
    return parameters, body, left_out


def _called(name: str, target: Target) -> str:
    if name == "repeat_penalty":
        return target.platform.repeat_penalty if target.platform else "repetition_penalty"
    return name


def _text(message: Mapping[str, Any]) -> str:
    content: str | list[Mapping[str, Any]] = message["content"] or ""
    if isinstance(content, str):
        functions = [call["function"] for call in message.get("tool_calls", ())]
        calls = [f"{function['name']}({function['arguments']})" for function in functions]
        return "\n".join([*([content] if content or not calls else []), *calls])
    pictures = sum(part["type"] == "image_url" for part in content)
    return f"{content[0]['text']} [{pictures} picture{'' if pictures == 1 else 's'}]"
