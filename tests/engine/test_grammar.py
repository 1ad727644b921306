from __future__ import annotations

import pytest

from lazyflow.engine import grammar
from lazyflow.engine.contract import InvalidRequest
from lazyflow.spec.sampling import JsonSchema

pytest.importorskip("llama_cpp")


def test_a_grammar_of_ones_own_replaces_the_format() -> None:
    assert grammar.of("json", 'root ::= "x"') == 'root ::= "x"'
    assert grammar.of("text", None) is None


@pytest.mark.parametrize("text", ['root ::= "((((("', "root ::= [(((((]", 'root ::= "\\"(" ("a" | "b")'])
def test_brackets_within_quotes_do_not_count(text: str) -> None:
    grammar.check(text * 30)


@pytest.mark.parametrize(
    "text", ["", " \n", "root ::= " + "(" * 65, "a ::= b\n" * 6000, 'root ::= "' + "x" * (2 << 20) + '"']
)
def test_grammars_that_would_overflow_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        grammar.check(text)


@pytest.mark.parametrize(
    "schema",
    [
        {"maxItems": 10**6, "type": "array"},
        {"type": "string", "minLength": "many"},
        {"a": {"b": [{"maxLength": 1001}]}},
        {"type": "nonsense"},
        {"enum": ["x" * 300_000]},
    ],
)
def test_schemas_that_cannot_be_a_grammar_are_refused(schema: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest, match="JSON Schema"):
        grammar.of(JsonSchema(schema), None)
