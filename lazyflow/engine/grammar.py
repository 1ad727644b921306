"""The form an answer must have, as a GBNF grammar."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lazyflow.engine.contract import InvalidRequest
from lazyflow.spec.sampling import Format, JsonSchema

LARGEST_SCHEMA = 256 << 10
MOST_REPETITIONS = 1000
"""A schema's lengths become copies of rules: larger ones would take all memory."""
DEEPEST, MOST_RULES, LARGEST_GRAMMAR = 64, 5000, 1 << 20
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]')
BRACKET = re.compile(r"[()]")
COUNTS = frozenset({"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})
JSON_OBJECT: Mapping[str, Any] = {"type": "object"}


def check(grammar: str) -> None:
    """Raise `InvalidRequest` for a grammar that is empty, or whose size or nesting would overflow llama.cpp's stack."""
    text = QUOTED.sub("", grammar)
    depth = deepest = 0
    for bracket in BRACKET.findall(text):
        depth += 1 if bracket == "(" else -1
        deepest = max(deepest, depth)
    if not text.strip():
        raise InvalidRequest("the grammar is empty", "write GBNF with a rule named root")
    if deepest > DEEPEST or text.count("::=") > MOST_RULES or len(grammar) > LARGEST_GRAMMAR:
        raise InvalidRequest("the grammar is too large or nested too deep", "write a simpler one")


def of(format: Format, grammar: str | None) -> str | None:  # noqa: A002 - the contract's word
    """The grammar of a request: its own, that of its format, or None. Raises: `InvalidRequest`."""
    if grammar is not None:
        return grammar
    if isinstance(format, JsonSchema):
        return of_schema(format.schema)
    return of_schema(JSON_OBJECT) if format == "json" else None


def of_schema(schema: Mapping[str, Any]) -> str:
    """The grammar of all JSON that fits a JSON Schema. Raises: `InvalidRequest`."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf  # noqa: PLC0415 - heavy

    try:
        text = json.dumps(schema, default=dict)
    except (TypeError, ValueError, RecursionError) as error:
        raise _refused(str(error)) from error
    if len(text) > LARGEST_SCHEMA:
        raise _refused(f"it takes {len(text)} characters, and {LARGEST_SCHEMA} are allowed")
    for name, value in _members(json.loads(text), 0):
        if name in COUNTS and (not isinstance(value, int) or value > MOST_REPETITIONS):
            raise _refused(f"{name} {value} is over {MOST_REPETITIONS}")
    try:
        return str(json_schema_to_gbnf(text))
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise _refused(str(error)) from error


def _members(schema: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        raise _refused(f"it is nested more than {DEEPEST} deep")
    if isinstance(schema, dict):
        for name, value in schema.items():
            yield name, value
            yield from _members(value, depth + 1)
    elif isinstance(schema, list):
        for value in schema:
            yield from _members(value, depth + 1)


def _refused(why: str) -> InvalidRequest:
    return InvalidRequest(f"the JSON Schema cannot be made a grammar: {why}", "simplify the schema")
