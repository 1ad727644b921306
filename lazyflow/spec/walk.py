"""The schema phase: one walk over the tree that tells every problem at its place and gives the plain data.

It reads the few keywords that the schema uses, and dispatches each node to the branch of its own type, so it takes
time in proportion to the document. The jsonschema package answers the same on every document of the tests.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from lazyflow.errors import Problem
from lazyflow.spec.complain import Complaints
from lazyflow.spec.schema import Schema
from lazyflow.spec.suggest import listed
from lazyflow.spec.tree import Mapping, Path, Reset, Scalar, Sequence, Span, Tree, plain

MARKED = frozenset(
    {"nodeName", "modelNodeName", "secret", "template", "joinTemplate"}
    | {"expression", "callable", "parameter", "portRange", "jsonFormat"}
)
EVERY_TYPE = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
SINGLE = frozenset({"string", "number", "integer", "boolean"})
TYPES: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}
NAMES = {kind: name for name, kind in TYPES.items()}


class Unknown:
    """The one value that nobody knows yet: a variable is not set."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that means more than its type: `kind` is the schema definition that it was checked against."""

    kind: str
    tree: Tree
    path: Path

    @property
    def node(self) -> str:
        """The node in which it stands."""
        return str(self.path[1])


@dataclass(slots=True)
class Walk:
    """What one walk found."""

    schema: Schema
    problems: list[Problem] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def check(self, tree: Tree, schema: Any, path: Path, at: Span) -> Any:
        """The plain data of `tree`; `at` is the key under which it stands."""
        if isinstance(schema, bool) or path == ("version",):  # check_version says what is wrong with that
            return plain(tree) if schema else Complaints(self.schema, self.problems).out_of_place(at, path)
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            if name in MARKED:
                self.marks.append(Mark(name, tree, path))
            return self.check(tree, self.schema["$defs"][name], path, at)
        if isinstance(tree, Scalar) and tree.unset and (not tree.unset[0].name or types(schema, self.schema) & SINGLE):
            return tree.text if takes_text(schema, self.schema) else UNKNOWN
        if "anyOf" in schema:
            return self.any_of(tree, schema, path, at)
        if fits(tree, schema, self.schema):
            return self.value(tree, schema, path, at)
        return Complaints(self.schema, self.problems).type_of(tree, schema, path)

    def value(self, tree: Tree, schema: Schema, path: Path, at: Span) -> Any:
        """A value that has a right type."""
        match tree:
            case Mapping():
                return self.mapping(tree, schema, path, at)
            case Sequence():
                items = [
                    self.check(item, schema.get("items", True), (*path, place), head(item))
                    for place, item in enumerate(tree.items)
                ]
                if len(items) < schema.get("minItems", 0):
                    Complaints(self.schema, self.problems).empty(tree, path, at)
                return [item for item in items if item is not UNKNOWN]
            case Scalar():
                return self.scalar(tree, schema, path)
            case Reset():
                return None

    def any_of(self, tree: Tree, schema: Schema, path: Path, at: Span) -> Any:
        """The first alternative that takes the value; else the problems of the one that is meant."""
        meant = [one for one in schema["anyOf"] if fits(tree, one, self.schema)]
        for alternative in meant:
            trial = Walk(self.schema)
            data = trial.check(tree, alternative, path, at)
            if not trial.problems or (len(meant) == 1 and not {"enum", "const"} & set(alternative)):
                words = [
                    word
                    for one in schema["anyOf"]
                    for word in one.get("enum", [one["const"]] if "const" in one else [])
                ]
                help_ = f"or write {listed(map(str, words))}" if words else ""
                self.problems += [replace(one, help=one.help or help_) for one in trial.problems]
                self.marks += trial.marks
                return data
        Complaints(self.schema, self.problems).alternatives(tree, schema, path)
        return None

    def scalar(self, tree: Scalar, schema: Schema, path: Path) -> Any:
        """A single value that has a right type."""
        complain = Complaints(self.schema, self.problems)
        value = typed(tree, schema)
        if "const" in schema and not equal(value, schema["const"]):
            complain.choice(tree, [schema["const"]], path)
        elif "enum" in schema and not any(equal(value, one) for one in schema["enum"]):
            complain.choice(tree, schema["enum"], path)
        elif isinstance(value, str):
            if len(value) < schema.get("minLength", 0):
                complain.empty(tree, path, tree.span)
            elif "pattern" in schema and not matcher(schema["pattern"]).search(value):
                complain.pattern(tree, schema, path)
        elif isinstance(value, int | float) and not isinstance(value, bool) and not within(value, schema):
            complain.bounds(tree, schema, path)
        return value

    def mapping(self, tree: Mapping, schema: Schema, path: Path, at: Span) -> dict[str, Any]:
        """A map: its keys, then the branches that apply to it."""
        complain = Complaints(self.schema, self.problems)
        known = schema.get("properties", {})
        patterns = [(matcher(pattern), part) for pattern, part in schema.get("patternProperties", {}).items()]
        # What a map with branches does not name itself is told by the branch.
        rest = schema.get("additionalProperties", None if "allOf" in schema else True)
        unknown: list[str] = []
        data: dict[str, Any] = {}
        for name, entry in tree.entries.items():
            part = known[name] if name in known else next((below for one, below in patterns if one.search(name)), rest)
            if part is None:
                continue
            if part is False and name not in known:
                unknown.append(name)
                if path == ("nodes",):
                    self.check(entry.value, patterns[0][1], (*path, name), entry.key)
                continue
            if "propertyNames" in schema and not matcher(schema["propertyNames"]["pattern"]).search(name):
                complain.key_name(name, entry.key, path)
            value = self.check(entry.value, part, (*path, name), entry.key)
            if value is not UNKNOWN:
                data[name] = value
        if len(tree.entries) < schema.get("minProperties", 0):
            complain.empty(tree, path, at)
        complain.keys(tree, schema, unknown, path, at)
        for branch in schema.get("allOf", ()):
            if holds(tree, branch["if"]):
                data = {**self.check(tree, branch["then"], path, at), **data}
        return data


def holds(tree: Mapping, condition: Schema) -> bool:
    """Whether a map has the constants that the `if` of a branch names, which is all that such an `if` may do."""
    values = (
        (tree.entries[key].value if key in tree.entries else None, part["const"])
        for key, part in condition["properties"].items()
    )
    return all(isinstance(value, Scalar) and equal(value.value, const) for value, const in values)


def head(tree: Tree) -> Span:
    """The place to point at for a whole value of a list: its first key, or itself."""
    if isinstance(tree, Mapping) and tree.entries:
        return next(iter(tree.entries.values())).key
    return tree.span


@lru_cache(maxsize=64)
def matcher(pattern: str) -> re.Pattern[str]:
    """The compiled pattern; `$` means the end of the text alone, as in JSON Schema's regular expressions."""
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


def types(schema: Any, root: Schema) -> frozenset[str]:
    """The JSON types that a schema takes."""
    if isinstance(schema, bool):
        return EVERY_TYPE if schema else frozenset()
    if "$ref" in schema:
        return types(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "type" in schema:
        return frozenset({schema["type"]})
    if "anyOf" in schema:
        return frozenset().union(*(types(one, root) for one in schema["anyOf"]))
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return EVERY_TYPE if values is None else frozenset(name(value) for value in values)


def takes_text(schema: Any, root: Schema) -> bool:
    """Whether any text may stand here, not words of a list alone."""
    if "$ref" in schema:
        return takes_text(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    return schema.get("type") == "string" or any(takes_text(one, root) for one in schema.get("anyOf", ()))


def name(value: Any) -> str:
    """The JSON type of a value of the schema."""
    return NAMES.get(type(value), "null")


def fits(tree: Tree, schema: Any, root: Schema) -> bool:
    """Whether the value has a type that the schema takes."""
    allowed = types(schema, root)
    match tree:
        case Mapping():
            return "object" in allowed
        case Sequence():
            return "array" in allowed
        case Reset():
            return False
        case Scalar(value=None):
            return "null" in allowed or (tree.substituted is not None and "string" in allowed)
        case Scalar(value=bool()):
            found = "boolean" in allowed
        case Scalar(value=str()):
            found = "string" in allowed
        case Scalar(value=int()):
            found = bool(allowed & {"integer", "number"})
        case Scalar():
            whole = isinstance(tree.value, float) and math.isfinite(tree.value) and tree.value.is_integer()
            found = "number" in allowed or (whole and "integer" in allowed)
    return found or (tree.substituted is not None and "string" in allowed)


def typed(tree: Scalar, schema: Schema) -> Any:
    """The value in the type that the schema wants: text from a variable stays text where text is wanted."""
    value = tree.value
    allowed = types(schema, {})
    if tree.substituted is not None and not isinstance(value, str) and "string" in allowed and len(allowed) == 1:
        return tree.substituted
    if isinstance(value, float) and allowed == {"integer"}:
        return int(value)
    return value


def equal(one: Any, other: Any) -> bool:
    """JSON's equality: true is not 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def within(value: float, schema: Schema) -> bool:
    """Whether a number is finite and inside the schema's bounds."""
    return (
        math.isfinite(value)
        and value >= schema.get("minimum", value)
        and value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
    )
