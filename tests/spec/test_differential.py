"""The walk over the schema and the jsonschema package say yes and no to the same documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lazyflow.spec.parse import parse
from lazyflow.spec.schema import load_schema
from lazyflow.spec.tree import Mapping, plain
from lazyflow.spec.walk import Walk

APPS = Path(__file__).parent.parent / "apps"
SCHEMA = load_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
KEYWORDS = {
    *("$schema", "$id", "$defs", "title", "description", "examples", "default", "writeOnly"),
    *("$ref", "type", "const", "enum", "anyOf", "allOf", "if", "then", "properties", "patternProperties"),
    *("additionalProperties", "propertyNames", "required", "items", "minItems", "minProperties"),
    *("minimum", "maximum", "exclusiveMinimum", "minLength", "pattern"),
}


def keywords(schema: object) -> set[str]:
    """Every keyword in a schema; the keys below `properties` and the like are names."""
    if not isinstance(schema, dict):
        return set()
    found = set(schema)
    for key, part in schema.items():
        if key in {"properties", "patternProperties", "$defs"}:
            found |= set().union(*(keywords(one) for one in part.values()))
        elif key in {"anyOf", "allOf"}:
            found |= set().union(*(keywords(one) for one in part))
        elif key in {"if", "then", "items", "additionalProperties", "propertyNames"}:
            found |= keywords(part)
    return found


def test_the_schema_uses_the_keywords_that_the_walk_knows() -> None:
    assert keywords(SCHEMA) <= KEYWORDS


def test_the_if_of_a_branch_names_constants_alone() -> None:
    for part in SCHEMA["$defs"].values():
        for branch in part.get("allOf", ()):
            assert set(branch["if"]) == {"properties", "required"}
            assert all(set(one) == {"const"} for one in branch["if"]["properties"].values())
            assert branch["if"]["required"] == list(branch["if"]["properties"])


@pytest.mark.parametrize("path", sorted(APPS.rglob("*.yaml")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_both_give_the_same_verdict(path: Path) -> None:
    data = path.read_bytes()
    tree = parse(data.decode("utf-8-sig", "replace"), str(path)).tree
    foreign = any(mark in data for mark in (b"${", b".nan", b"!"))  # variables, tags and what JSON does not have
    if not isinstance(tree, Mapping) or foreign:
        return
    walk = Walk(SCHEMA)
    walk.check(tree, SCHEMA, (), tree.span)
    document = {**plain(tree), "version": 1}  # check_version says more about it than the schema
    assert (not walk.problems) == VALIDATOR.is_valid(document)
