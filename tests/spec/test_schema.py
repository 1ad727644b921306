"""Schema, dataclasses and the derived schema say the same."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lazyflow.spec.nodes import Auth, Control, Endpoint, Fallback, Route, Theme, Upload
from lazyflow.spec.parse import parse
from lazyflow.spec.platforms import PLATFORMS
from lazyflow.spec.sampling import Sampling
from lazyflow.spec.schema import AUTHORING, RESOLVED, load_schema, resolved, schemas
from lazyflow.spec.tree import plain
from lazyflow.spec.typed import CONVERT, RENAMED, TYPES

AUTHORS = load_schema(AUTHORING)
PARTS = {
    "sampling": Sampling,
    "fallback": Fallback,
    "endpoint": Endpoint,
    "route": Route,
    "control": Control,
    "theme": Theme,
    "auth": Auth,
    "upload": Upload,
}
CLASSES: dict[str, Any] = {**TYPES, **PARTS}
ABSENT: tuple[Any, ...] = (None, (), {}, "", Fallback(), Sampling(), Theme())


def defaults(kind: Any) -> dict[str, Any]:
    """Every field and its default; a field without one is required."""
    return {
        field.name: field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        for field in dataclasses.fields(kind)
    }


@pytest.mark.parametrize("name", [AUTHORING, RESOLVED])
def test_the_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(load_schema(name))


def test_the_resolved_schema_is_derived_from_the_one_for_authors() -> None:
    text = json.dumps(resolved(AUTHORS), indent=2, ensure_ascii=False) + "\n"
    assert (schemas() / RESOLVED).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", CLASSES)
def test_schema_and_dataclass_have_the_same_fields(name: str) -> None:
    properties = {RENAMED.get(key, key) for key in AUTHORS["$defs"][name]["properties"]}
    assert properties == {key for key in defaults(CLASSES[name]) if key != "name"}


@pytest.mark.parametrize("name", CLASSES)
def test_schema_and_dataclass_have_the_same_defaults(name: str) -> None:
    schema = AUTHORS["$defs"][name]
    values = defaults(CLASSES[name])
    for key, part in schema["properties"].items():
        value = values[RENAMED.get(key, key)]
        if key == "type":
            assert value == part["const"]
        elif key in schema["required"] if "required" in schema else False:
            assert value is dataclasses.MISSING or value in ABSENT
        elif "default" not in part:
            assert value in ABSENT
        else:
            default = part["default"]
            if key in CONVERT:
                default = CONVERT[key](default)
            assert value == (tuple(default) if isinstance(default, list) else default)


def test_every_property_teaches() -> None:
    for name, part in [("", AUTHORS), *AUTHORS["$defs"].items()]:
        for key, one in part.get("properties", {}).items():
            if isinstance(one, dict) and name != "node":
                assert {"title", "description", "examples"} <= set(one), (name, key)


def test_every_example_fits_its_own_property() -> None:
    for name, part in [("", AUTHORS), *AUTHORS["$defs"].items()]:
        for key, one in part.get("properties", {}).items():
            for example in one.get("examples", ()):
                schema = {**one, "$defs": AUTHORS["$defs"]}
                assert not list(Draft202012Validator(schema).iter_errors(example)), (name, key, example)


def test_the_sources_are_those_of_the_table() -> None:
    source = AUTHORS["$defs"]["online"]["properties"]["source"]["anyOf"][0]["enum"]
    assert source == list(PLATFORMS)


ROOT = schemas().parent
WRITTEN = sorted([*ROOT.glob("apps/*/app.yaml"), *ROOT.glob("tests/apps/valid/**/*.yaml")])


@pytest.mark.parametrize(
    "path", [path for path in WRITTEN if "over" not in path.stem], ids=lambda path: path.parent.name
)
def test_the_schema_for_authors_takes_what_authors_write(path: Path) -> None:
    tree = parse(path.read_text(encoding="utf-8-sig"), str(path)).tree
    assert tree is not None
    errors = [error.message for error in Draft202012Validator(AUTHORS).iter_errors(plain(tree))]
    assert errors == [] or path.parent.name in {"overrides", "override-supplies-variable"}


def test_the_strict_schema_takes_no_variable_where_a_number_is_wanted() -> None:
    app = {"version": 1, "nodes": {"a": {"type": "local", "model": "x", "parallel": "${N}"}}}
    assert Draft202012Validator(AUTHORS).is_valid(app)
    assert not Draft202012Validator(load_schema(RESOLVED)).is_valid(app)


def test_the_schema_for_authors_refuses_a_literal_key() -> None:
    app = {"version": 1, "nodes": {"a": {"type": "online", "source": "openai", "api_key": "sk-abc"}}}
    assert not Draft202012Validator(AUTHORS).is_valid(app)
    app["nodes"]["a"]["api_key"] = "${OPENAI_API_KEY}"  # type: ignore[index]  # a nested dict of the test's own
    assert Draft202012Validator(AUTHORS).is_valid(app)


def test_the_schema_is_ready_for_schemastore() -> None:
    assert AUTHORS["$id"].startswith("https://")
    assert AUTHORS["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    references = re.findall(r'"\$ref": "([^"]*)"', json.dumps(AUTHORS))
    assert all(one.startswith("#/$defs/") for one in references)
    assert {one.removeprefix("#/$defs/") for one in references} == set(AUTHORS["$defs"])
