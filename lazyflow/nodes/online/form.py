"""The form that an answer must have: what the model is told of it, and the check of what it said."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from lazyflow.spec.sampling import Format, JsonSchema

JsonMode = Literal["schema", "object", "none"]
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL | re.IGNORECASE)


class WrongForm(Exception):
    """The answer has not the form that was asked for; the text says where."""


def response_format(wanted: Format, mode: JsonMode) -> dict[str, Any] | None:
    """OpenAI's `response_format` for a provider that can do `mode`."""
    match wanted:
        case JsonSchema(schema) if mode == "schema":
            return {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema)}}
        case "json" | JsonSchema() if mode != "none":
            return {"type": "json_object"}
        case _:
            return None


def instruction(wanted: Format, mode: JsonMode, choices: tuple[str, ...]) -> str:
    """What the model must be told in words, because the provider does not enforce it; empty where nothing."""
    if choices:
        return "Answer with exactly one of these words and nothing else: " + ", ".join(choices)
    match wanted:
        case "json":
            return "Answer with JSON and nothing else."
        case JsonSchema(schema) if mode != "schema":
            return f"Answer with JSON and nothing else. It must fit this JSON Schema: {json.dumps(dict(schema))}"
        case _:
            return ""


def checked(text: str, wanted: Format, choices: tuple[str, ...]) -> str:
    """The answer in its form: one of the choices, or the JSON without a code fence. Raises: `WrongForm`."""
    if choices:
        return _choice(text, choices)
    if wanted == "text":
        return text
    fenced = _FENCE.match(text)
    text = fenced.group(1) if fenced else text.strip()
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        raise WrongForm(f"not JSON: {error}") from None
    if isinstance(wanted, JsonSchema):
        _fit(value, wanted)
    return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _fit(value: Any, wanted: JsonSchema) -> None:
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - only nodes with a schema need it
    from jsonschema.validators import validator_for  # noqa: PLC0415 - same

    schema = dict(wanted.schema)
    error = best_match(validator_for(schema)(schema).iter_errors(value))
    if error is not None:
        raise WrongForm(f"{error.json_path}: {error.message}")


def _choice(text: str, choices: tuple[str, ...]) -> str:
    said = text.strip().strip(".\"'`*").casefold()
    for choice in choices:
        if choice.casefold() == said:
            return choice
    found = [choice for choice in choices if re.search(rf"(?<!\w){re.escape(choice.casefold())}(?!\w)", said)]
    if len(found) != 1:
        raise WrongForm(f"not one of {', '.join(choices)}")
    return found[0]
