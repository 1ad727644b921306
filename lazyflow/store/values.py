"""The parts of a message as plain JSON values and back. What comes back is checked: it may be another's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any, TypeVar, get_args

from lazyflow.nodes.events import Failure, FailureReason, NodePath, Request, Usage
from lazyflow.store.conversation import Feedback, Setting, Settings, StepTaken

Json = dict[str, Any]
T = TypeVar("T")
FINISHES = ("stop", "length", "content_filter", "tool_calls")
STEP_STATES = ("running", "ended", "failed")


class Malformed(ValueError):
    """A value that is not what its place asks for."""


def plain(value: StepTaken | Usage | Failure | Feedback) -> Json:
    """A value of ours as JSON."""
    return asdict(value)


def plain_request(request: Request) -> Json:
    """What a model was sent, as JSON."""
    return {
        "path": list(request.path),
        "messages": [list(message) for message in request.messages],
        "parameters": [list(parameter) for parameter in request.parameters],
    }


def plain_settings(settings: Settings) -> Json:
    """What a person set, as JSON."""
    return {
        node: {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        for node, values in settings.items()
    }


def step(data: object) -> StepTaken:
    """Read a step. Raises: `Malformed`."""
    fields = mapping(data)
    state: Any = one_of(fields.get("state"), STEP_STATES)
    return StepTaken(
        path=path(fields.get("path")),
        state=state,
        output=text(fields.get("output", "")),
        seconds=number(fields.get("seconds", 0.0)),
    )


def usage(data: object) -> Usage:
    """Read what a model call took. Raises: `Malformed`."""
    fields = mapping(data)
    finish: Any = maybe(fields.get("finish_reason"), lambda value: one_of(value, FINISHES))
    return Usage(
        path(fields.get("path")),
        text(fields.get("model")),
        prompt_tokens=maybe(fields.get("prompt_tokens"), count),
        completion_tokens=maybe(fields.get("completion_tokens"), count),
        cached_tokens=maybe(fields.get("cached_tokens"), count),
        time_to_first_token=maybe(fields.get("time_to_first_token"), number),
        seconds=maybe(fields.get("seconds"), number),
        cost=maybe(fields.get("cost"), number),
        finish_reason=finish,
    )


def failure(data: object) -> Failure:
    """Read a failure. Raises: `Malformed`."""
    fields = mapping(data)
    reason: Any = one_of(fields.get("reason", "error"), get_args(FailureReason))
    return Failure(
        path(fields.get("path")),
        text(fields.get("message")),
        text(fields.get("help", "")),
        reason,
        maybe(fields.get("retry_after"), number),
    )


def feedback(data: object) -> Feedback:
    """Read a person's judgement. Raises: `Malformed`."""
    fields = mapping(data)
    return Feedback(good=fields.get("good") is True, note=text(fields.get("note", "")))


def request(data: object) -> Request:
    """Read what a model was sent. Raises: `Malformed`."""
    fields = mapping(data)
    return Request(path(fields.get("path")), pairs(fields.get("messages")), pairs(fields.get("parameters")))


def settings(data: object) -> Settings:
    """Read what a person set. Raises: `Malformed`."""
    return {
        text(node): {text(name): setting(value) for name, value in mapping(values).items()}
        for node, values in mapping(data).items()
    }


def setting(data: object) -> Setting:
    """One value that a person set."""
    if isinstance(data, str | bool):
        return data
    if isinstance(data, list):
        return tuple(text(one) for one in data)
    return int(number(data)) if isinstance(data, int) else number(data)


def mapping(data: object) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(data, Mapping):
        raise Malformed("an object was expected")
    return data


def sequence(data: object) -> Sequence[Any]:
    """A JSON array."""
    if not isinstance(data, list):
        raise Malformed("a list was expected")
    return data


def text(data: object) -> str:
    """A string."""
    if not isinstance(data, str):
        raise Malformed("a text was expected")
    return data


def number(data: object) -> float:
    """A finite number; JSON's true is none."""
    if isinstance(data, bool) or not isinstance(data, int | float) or not isfinite(data):
        raise Malformed("a number was expected")
    return float(data)


def count(data: object) -> int:
    """A whole number."""
    return int(number(data))


def one_of(data: object, allowed: Sequence[str]) -> str:
    """One of a few words."""
    if data not in allowed:
        raise Malformed(f"one of {', '.join(allowed)} was expected")
    return str(data)


def maybe(data: object, read: Any) -> Any:
    """What `read` makes of it; None where there is nothing."""
    return None if data is None else read(data)


def path(data: object) -> NodePath:
    """Names of nodes."""
    return tuple(text(name) for name in sequence(data))


def pairs(data: object) -> tuple[tuple[str, str], ...]:
    """Pairs of texts."""
    found = []
    for pair in sequence(data):
        first, second = sequence(pair)
        found.append((text(first), text(second)))
    return tuple(found)
