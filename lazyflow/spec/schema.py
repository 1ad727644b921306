"""The language's JSON Schema: where it is, and how the strict one for resolved apps comes from the one for authors."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

Schema = dict[str, Any]
PACKAGE = Path(__file__).parent.parent
AUTHORING = "app.schema.json"
RESOLVED = "app.resolved.schema.json"
VARIABLE = {"$ref": "#/$defs/environment"}


def schemas() -> Path:
    """The folder `schemas`: beside the package in a checkout, inside it in a wheel."""
    inside = PACKAGE / "schemas"
    return inside if inside.is_dir() else PACKAGE.parent / "schemas"


@lru_cache(maxsize=2)
def load_schema(name: str = RESOLVED) -> Schema:
    """One of the two schemas, as JSON; it is not to be changed."""
    schema: Schema = json.loads((schemas() / name).read_text(encoding="utf-8"))
    return schema


def resolved(authoring: Schema) -> Schema:
    """The schema of an app whose variables are filled in: no place takes a `${…}`, and secrets may be any text."""
    schema: Schema = strict(authoring)
    schema["$id"] = schema["$id"].replace(".json", "-resolved.json")
    schema["title"] += ", resolved"
    del schema["$defs"]["environment"]
    return schema


def strict(value: Any) -> Any:
    """A part of the schema without the alternative of a variable."""
    if isinstance(value, list):
        return [strict(item) for item in value]
    if not isinstance(value, dict):
        return value
    alternatives = value.get("anyOf", ())
    result: Schema = {}
    for key, part in value.items():
        if key == "anyOf" and VARIABLE in alternatives:
            left = [strict(one) for one in alternatives if one != VARIABLE]
            result.update(left[0] if len(left) == 1 else {"anyOf": left})
        elif key in {"default", "examples", "const", "enum"}:
            result[key] = part
        elif not (key == "pattern" and value.get("writeOnly")):
            result[key] = strict(part)
    return result
