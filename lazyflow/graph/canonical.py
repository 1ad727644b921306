"""The resolved app as plain data, in one form for everything that can be written in several, secrets masked."""

from __future__ import annotations

from collections.abc import Mapping as Data
from typing import Any

from lazyflow.graph.secrets import SECRET_KEYS, URL_PASSWORD
from lazyflow.spec.interpolate import left_alone
from lazyflow.spec.schema import Schema
from lazyflow.spec.tree import Mapping, Path, Reset, Scalar, Sequence, Tree

MASK = "********"


def canonical(
    tree: Mapping, data: Data[str, Any], schema: Schema, secrets: frozenset[Path], *, show_secrets: bool
) -> dict[str, Any]:
    """An app.yaml that means the same as all files together; `data` has the values in their final types.

    Keys stand in the schema's order, `x-*` is left out, and a dollar that must stay one is doubled. A value whose
    variable is not set stays as it was written.
    """
    plain = Canonical(secrets, show_secrets).value(tree, data, ())
    nodes = {name: in_order(short_forms(node), schema["$defs"][node["type"]]) for name, node in plain["nodes"].items()}
    return {**in_order(plain, schema), "nodes": nodes}


class Canonical:
    """Turns a tree into data."""

    def __init__(self, secrets: frozenset[Path], show_secrets: bool) -> None:
        self.secrets = secrets
        self.show_secrets = show_secrets

    def value(self, tree: Tree, data: Any, path: Path) -> Any:
        """One value."""
        match tree:
            case Mapping():
                known = data if isinstance(data, dict) else {}
                return {
                    name: self.value(entry.value, known.get(name), (*path, name))
                    for name, entry in tree.entries.items()
                    if not (name.startswith("x-") and left_alone((*path, name)))
                }
            case Sequence():
                values = data if isinstance(data, list) and len(data) == len(tree.items) else [None] * len(tree.items)
                return [self.value(item, values[at], (*path, at)) for at, item in enumerate(tree.items)]
            case Scalar():
                return self.scalar(tree, data, path)
            case Reset():
                return None

    def scalar(self, tree: Scalar, data: Any, path: Path) -> Any:
        """A single value, masked where it is secret."""
        if not self.show_secrets and not tree.unset and self.is_secret(path):
            return MASK
        value = data if isinstance(data, str) and tree.substituted is not None else tree.value
        if not isinstance(value, str) or tree.unset or left_alone(path):
            return value
        if not self.show_secrets:
            value = URL_PASSWORD.sub(lambda found: found[0].replace(found["password"], MASK), value)
        return value.replace("$$", "$$$$").replace("${", "$${")

    def is_secret(self, path: Path) -> bool:
        """Whether a value is one by the schema, or by its key among free options."""
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        free = len(path) > 3 and path[2] in {"options", "with"}  # noqa: PLR2004 - nodes, name, field, key
        return path in self.secrets or (free and SECRET_KEYS.search(key) is not None)


def short_forms(node: dict[str, Any]) -> dict[str, Any]:
    """One name written out as a list of one."""
    result = dict(node)
    fallback = result.get("fallback")
    if fallback is not None:
        written = dict(fallback) if isinstance(fallback, dict) else {"nodes": fallback}
        result["fallback"] = {**written, "nodes": listed(written["nodes"])}
    sampling = result.get("sampling")
    if isinstance(sampling, dict) and "stop" in sampling:
        result["sampling"] = {**sampling, "stop": listed(sampling["stop"])}
    return result


def listed(value: Any) -> Any:
    """A list, of one where it was none."""
    return value if isinstance(value, list) else [value]


def in_order(data: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """The keys in the schema's order."""
    return {name: data[name] for name in schema["properties"] if name in data}
