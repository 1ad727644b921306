"""What an unknown key was perhaps meant to be."""

from __future__ import annotations

from collections.abc import Collection

from lazyflow.spec.schema import Schema
from lazyflow.spec.suggest import closest, listed
from lazyflow.spec.synonyms import SYNONYMS
from lazyflow.spec.tree import Path


def meaning(name: str, known: Collection[str]) -> str | None:
    """The known key that is meant: by a slip of the pen, or by another tool's name for it."""
    found = closest(name, known)
    other = synonym(name)
    return found or (other if other in known else None)


def synonym(name: str) -> str:
    """Our name for what another tool calls so, or the name itself."""
    return SYNONYMS.get(name.casefold().replace("-", "_"), name)


def key_help(name: str, known: Collection[str], path: Path, schema: Schema) -> str:
    """The help for an unknown key where `known` keys may stand."""
    found = meaning(name, known)
    if found:
        return f"did you mean '{found}'?" if found == closest(name, known) else f"here this is called '{found}'"
    sampling = schema["$defs"]["sampling"]["properties"] if "sampling" in known else {}
    if synonym(name) in sampling:
        return f"write it under 'sampling': sampling: {{{synonym(name)}: …}}"
    near = closest(name, sampling)
    if near:
        return f"did you mean '{near}', under 'sampling'?"
    return (of_other_types(name, schema) if path[:1] == ("nodes",) else "") or f"known keys: {', '.join(known)}"


def of_other_types(name: str, schema: Schema) -> str:
    """The help for a key that nodes of another type have, misspelt perhaps."""
    if elsewhere(name, schema):
        return f"'{name}' is a key of nodes of type {listed(elsewhere(name, schema))}"
    near = closest(name, {key: None for kind in node_types(schema) for key in schema["$defs"][kind]["properties"]})
    return f"did you mean '{near}', a key of nodes of type {listed(elsewhere(near, schema))}?" if near else ""


def node_types(schema: Schema) -> list[str]:
    """Every type of node."""
    types: list[str] = schema["$defs"]["node"]["properties"]["type"]["enum"]
    return types


def elsewhere(name: str, schema: Schema) -> list[str]:
    """The types of node that have this key."""
    return [one for one in node_types(schema) if name in schema["$defs"][one]["properties"]]
