"""The phase that lays one file over another: maps merge, scalars and lists replace, `!reset` removes."""

from __future__ import annotations

from lazyflow.errors import Problem
from lazyflow.spec.tree import Entry, Mapping, Reset, Scalar, Sequence, Tree


def merge(base: Tree, over: Tree) -> Tree:
    """`over` laid over `base`; every value keeps the place in the file that wrote it."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    entries = dict(base.entries)
    for name, entry in over.entries.items():
        if isinstance(entry.value, Reset):
            entries.pop(name, None)
        elif name in entries:
            value = merge(entries[name].value, entry.value)
            entries[name] = Entry(entries[name].key if isinstance(value, Mapping) else entry.key, value)
        else:
            entries[name] = Entry(entry.key, merge(Mapping({}, entry.key), entry.value))
    return Mapping(entries, base.span if base.entries else over.span)


def without_resets(tree: Tree, problems: list[Problem]) -> Tree:
    """The first file's tree; a `!reset` in it has nothing to remove."""
    match tree:
        case Mapping():
            entries = {}
            for name, entry in tree.entries.items():
                if isinstance(entry.value, Reset):
                    problems.append(
                        entry.value.span.problem(
                            "LF012",
                            "'!reset' has nothing to remove here",
                            help="use it in a file that stands behind another: -f base.yaml -f over.yaml",
                        )
                    )
                else:
                    entries[name] = Entry(entry.key, without_resets(entry.value, problems))
            return Mapping(entries, tree.span)
        case Sequence():
            return Sequence(tuple(without_resets(item, problems) for item in tree.items), tree.span)
        case Reset():
            problems.append(tree.span.problem("LF012", "'!reset' has nothing to remove here", help="remove it"))
            return Scalar(None, "", tree.span)
        case Scalar():
            return tree
