"""What the schema phase says: one problem for one cause, with what was expected and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lazyflow.errors import Problem
from lazyflow.spec.schema import Schema
from lazyflow.spec.slips import elsewhere, key_help, meaning, node_types
from lazyflow.spec.suggest import closest, did_you_mean, listed
from lazyflow.spec.tree import Mapping, Path, Scalar, Sequence, Span, Tree, kind, shorten
from lazyflow.spec.words import first_line, remedy, shown, subject, where

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
NAMED = {
    "Node": "a node's name",
    "Model node": "a model node's name",
    "Port": "a port",
    "Port range": "a range such as 20500-20799",
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
            help_ = ""
            if len(self.problems) <= MOST_SUGGESTIONS:
                meant[meaning(name, known)] = name
                help_ = key_help(name, known, path, self.schema)
            self.add(
                span,
                "LF003",
                f"unknown key '{shorten(name)}' {where(path)}",
                (*path, name),
                help_,
            )
        for name in schema.get("required", ()):
            if name in tree.entries or name in meant or (name == "version" and not path):
                continue
            slip = next((key for key in tree.entries if closest(key, [name]) and not elsewhere(key, self.schema)), None)
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

    def example(self, name: str, schema: Any) -> str:
        """How a missing key is written."""
        if name == "type":
            return f"write 'type:' with {listed(node_types(self.schema))}"
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
            return self.phrases(self.schema["$defs"][schema["$ref"].removeprefix("#/$defs/")])
        if schema.get("title") in NAMED:
            return [NAMED[schema["title"]]]
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
