"""What the schema phase says: one problem for one cause, with what was expected and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lazyflow.errors import Problem
from lazyflow.spec.scalars import resolve
from lazyflow.spec.schema import Schema
from lazyflow.spec.suggest import closest, did_you_mean, listed
from lazyflow.spec.tree import Mapping, Path, Scalar, Sequence, Span, Tree, kind, shorten

MOST_PROBLEMS = 1000
MOST_SUGGESTIONS = 200
WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a map",
}


class Enough(Exception):
    """So many problems were found that more would not help."""


@dataclass(frozen=True, slots=True)
class Complaints:
    """Words for what does not fit `schema`, collected in `problems`."""

    schema: Schema
    problems: list[Problem]

    def add(self, span: Span, code: str, message: str, path: Path, help: str = "") -> None:  # noqa: A002 - Problem's word
        """Keep a problem. Raises: `Enough`."""
        self.problems.append(span.problem(code, message, path, help))
        if len(self.problems) >= MOST_PROBLEMS:
            raise Enough

    def type_of(self, tree: Tree, schema: Schema, path: Path) -> None:
        """A value of a wrong type."""
        span = tree.span if isinstance(tree, Scalar) else first_line(tree.span)
        wanted = self.expected(schema)
        self.add(span, "LF005", f"{subject(path)} must be {wanted}, not {kind(tree)}", path, remedy(tree, wanted))

    def alternatives(self, tree: Tree, schema: Schema, path: Path) -> None:
        """A value that none of several alternatives takes."""
        words = [one for part in schema["anyOf"] for one in self.choices(part)]
        wanted = self.expected(schema)
        code = "LF006" if isinstance(tree, Scalar) and isinstance(tree.value, str) and words else "LF005"
        span = tree.span if isinstance(tree, Scalar) else first_line(tree.span)
        help_ = did_you_mean(tree.value, words) if isinstance(tree, Scalar) and isinstance(tree.value, str) else ""
        self.add(span, code, f"{subject(path)} must be {wanted}, not {kind(tree)}", path, help_ or remedy(tree, wanted))

    def choice(self, tree: Scalar, known: list[Any], path: Path) -> None:
        """A value that is none of the known ones."""
        words = [str(one).lower() if isinstance(one, bool) else str(one) for one in known]
        help_ = did_you_mean(str(tree.value), words, f"write {listed(words)}")
        if path[-1:] == ("type",) and len(path) == 3:  # noqa: PLR2004 - nodes, name, type
            self.add(tree.span, "LF008", f"unknown type '{shorten(tree.value)}' of node '{path[1]}'", path, help_)
        else:
            self.add(tree.span, "LF006", f"{subject(path)} cannot be {kind(tree)}", path, help_)

    def pattern(self, tree: Scalar, schema: Schema, path: Path) -> None:
        """A text of a wrong form."""
        self.add(tree.span, "LF006", f"{subject(path)} cannot be {kind(tree)}", path, f"expected: {self.form(schema)}")

    def bounds(self, tree: Scalar, schema: Schema, path: Path) -> None:
        """A number out of its bounds."""
        low, above, high = (schema.get(word) for word in ("minimum", "exclusiveMinimum", "maximum"))
        parts = [f"at least {low}" if low is not None else "", f"more than {above}" if above is not None else ""]
        parts.append(f"at most {high}" if high is not None else "")
        wanted = " and ".join(filter(None, parts)) or "a finite number"
        self.add(tree.span, "LF006", f"{subject(path)} must be {wanted}, not {shorten(tree.text)}", path)

    def empty(self, tree: Tree, path: Path, at: Span) -> None:
        """Nothing where something must be."""
        what = "text" if isinstance(tree, Scalar) else "list" if isinstance(tree, Sequence) else "map"
        span = tree.span if isinstance(tree, Scalar) else at
        self.add(
            span,
            "LF006",
            f"{subject(path)} is an empty {what}",
            path,
            "write at least one entry" if what != "text" else "write a value, or remove the key",
        )

    def key_name(self, name: str, key: Span, path: Path) -> None:
        """A key of a wrong form."""
        self.add(
            key,
            "LF006",
            f"'{shorten(name)}' in {subject(path)} is no name",
            (*path, name),
            "use letters, digits and '_', a letter first",
        )

    def out_of_place(self, at: Span, path: Path) -> None:
        """A key that another key's value rules out."""
        other = "rules" if path[-1] == "model" else "model"
        self.add(
            at, "LF003", f"the key '{path[-1]}' has no meaning with 'by: {other}'", path, "remove it, or change 'by'"
        )

    def keys(self, tree: Mapping, schema: Schema, unknown: list[str], path: Path, at: Span) -> None:
        """Keys that are not known, and required ones that are missing; a slip of the pen is one problem, not two."""
        known = schema.get("properties", {})
        meant = {}
        for name in unknown:
            span = tree.entries[name].key
            if path == ("nodes",):
                self.add(
                    span,
                    "LF016",
                    f"'{shorten(name)}' cannot be a node's name",
                    (*path, name),
                    "begin with a small letter; then small letters, digits, '_' and '-'",
                )
                continue
            if len(self.problems) <= MOST_SUGGESTIONS:
                meant[closest(name, known)] = name
            self.add(
                span,
                "LF003",
                f"unknown key '{shorten(name)}' {where(path)}",
                (*path, name),
                self.key_help(name, known, path),
            )
        for name in schema.get("required", ()):
            if name in tree.entries or name in meant or (name == "version" and not path):
                continue
            slip = next((key for key in tree.entries if closest(key, [name]) and not self.elsewhere(key)), None)
            if slip is not None and slip not in known:
                self.add(
                    tree.entries[slip].key,
                    "LF003",
                    f"unknown key '{slip}' {where(path)}",
                    (*path, slip),
                    f"did you mean '{name}'?",
                )
            else:
                self.add(
                    at, "LF004", f"the key '{name}' is missing {where(path)}", path, self.example(name, known.get(name))
                )

    def key_help(self, name: str, known: Iterable[str], path: Path) -> str:
        """What an unknown key was perhaps meant to be."""
        if len(self.problems) > MOST_SUGGESTIONS:
            return ""
        found = closest(name, known)
        if found:
            return f"did you mean '{found}'?"
        if name in self.schema["$defs"]["sampling"]["properties"] and "sampling" in known:
            return f"write it under 'sampling': sampling: {{{name}: …}}"
        types = self.elsewhere(name)
        if types and path[:1] == ("nodes",):
            return f"'{name}' is a key of nodes of type {listed(types)}"
        every = [
            *self.schema["properties"],
            *(key for kind_ in self.node_types() for key in self.schema["$defs"][kind_]["properties"]),
        ]
        near = closest(name, every)
        if near and path[:1] == ("nodes",) and self.elsewhere(near):
            return f"did you mean '{near}', a key of nodes of type {listed(self.elsewhere(near))}?"
        return f"known keys: {', '.join(known)}"

    def node_types(self) -> list[str]:
        """Every type of node."""
        types: list[str] = self.schema["$defs"]["node"]["properties"]["type"]["enum"]
        return types

    def elsewhere(self, name: str) -> list[str]:
        """The types of node that have this key."""
        return [one for one in self.node_types() if name in self.schema["$defs"][one]["properties"]]

    def example(self, name: str, schema: Any) -> str:
        """How a missing key is written."""
        if name == "type":
            return f"write 'type:' with {listed(self.node_types())}"
        examples = schema.get("examples") if isinstance(schema, dict) else None
        return f"for example: {name}: {shown(examples[0])}" if examples else f"add '{name}'"

    def expected(self, schema: Any) -> str:
        """What a schema takes, in words."""
        parts = dict.fromkeys(word for word in self.phrases(schema))
        words = list(parts)
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"

    def phrases(self, schema: Any) -> list[str]:
        """The alternatives of `expected`."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            return {
                "nodeName": ["a node's name"],
                "modelNodeName": ["a model node's name"],
                "portRange": ["a range such as 20500-20799"],
                "port": ["a port"],
            }.get(name) or self.phrases(self.schema["$defs"][name])
        if "anyOf" in schema:
            return [word for one in schema["anyOf"] for word in self.phrases(one)]
        if "const" in schema or "enum" in schema:
            return [f"'{one}'" for one in schema.get("enum", [schema.get("const")])]
        if (
            schema.get("type") == "array"
            and isinstance(schema.get("items"), dict)
            and schema["items"].get("$ref", "").endswith("odeName")
        ):
            return ["a list of node names"]
        return [WORDS[schema["type"]]]

    def choices(self, schema: Any) -> list[str]:
        """The words among which a text may choose."""
        return [str(one) for one in schema.get("enum", [schema["const"]] if "const" in schema else [])]

    def form(self, schema: Schema) -> str:
        """The form of a text."""
        examples = ", ".join(map(str, schema.get("examples", ())))
        return f"{schema.get('description', schema['pattern'])}{' Examples: ' + examples if examples else ''}"


def shown(value: Any) -> str:
    """An example as YAML in one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {shown(one)}' for key, one in value.items())}}}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def remedy(tree: Tree, wanted: str) -> str:
    """What to do about a value of a wrong type."""
    match tree:
        case Scalar(value=None):
            return "write a value, or remove the key"
        case Scalar(value=str(), plain=False) if "number" in wanted and not isinstance(resolve(tree.text), str):
            return f"remove the quotes: {tree.text}"
        case Scalar(value=value) if "list" in wanted and "\n" not in tree.text and "text" not in wanted:
            return f"write a list: [{shorten(tree.text)}]"
        case Scalar(value=value) if not isinstance(value, str) and ("text" in wanted or "name" in wanted):
            return f'put it in quotes: "{shorten(tree.text)}"'
        case _:
            return ""


def first_line(span: Span) -> Span:
    """The beginning of a value of several lines."""
    return span if span.line == span.end_line else span._replace(end_line=span.line, end_column=span.column + 1)


def where(path: Path) -> str:
    """Where a key stands, in words."""
    match path:
        case ():
            return "at the top of the app"
        case ("nodes", node):
            return f"in node '{node}'"
        case ("nodes", node, *rest):
            return f"in '{dotted(rest)}' of node '{node}'"
        case _:
            return f"in '{dotted(path)}'"


def subject(path: Path) -> str:
    """The value at `path`, in words."""
    match path:
        case ():
            return "the app"
        case ("nodes", node):
            return f"node '{node}'"
        case ("nodes", node, *rest):
            return f"'{dotted(rest)}' of node '{node}'"
        case _:
            return f"'{dotted(path)}'"


def dotted(path: Iterable[str | int]) -> str:
    """A path as people write it: `routes[0].to`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
