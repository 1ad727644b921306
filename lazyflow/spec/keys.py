"""Keys: they are text, and `<<` takes over what another map says."""

from __future__ import annotations

from lazyflow.errors import Problem
from lazyflow.spec.tree import Entry, Mapping, Scalar, Sequence, Span, Tree, kind, shorten


def string_key(key: Tree, span: Span, problems: list[Problem]) -> tuple[str, Span] | None:
    """The key's text and place, or None and a problem where the key is no text."""
    if isinstance(key, Scalar) and isinstance(key.value, str):
        return key.value, key.span
    if isinstance(key, Scalar):
        found = key.span.problem(
            "LF013", f"a key must be text, this is {kind(key)}", help=f'write "{shorten(key.text)}" in quotes'
        )
    else:
        found = span.problem(
            "LF013", f"a key must be text, this is {kind(key)}", help="write a plain word before the colon"
        )
    problems.append(found)
    return None


def merged(mapping: Mapping, merges: list[Entry], problems: list[Problem]) -> Mapping:
    """The map with what `<<` brings: its own keys win, then the first of several maps."""
    if not merges:
        return mapping
    entries = dict(mapping.entries)
    for key, value in merges:
        for source in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(source, Mapping):
                for name, entry in source.entries.items():
                    entries.setdefault(name, entry)
            else:
                problems.append(
                    key.problem(
                        "LF013",
                        f"'<<' takes over a map, this is {kind(source)}",
                        help="write '<<: *name' of a map with an anchor",
                    )
                )
    return Mapping(entries, mapping.span)
