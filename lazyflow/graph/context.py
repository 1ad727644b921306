"""What the checks look at: the merged document, what the schema phase marked in it, and where the app lives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lazyflow.errors import Problem, Severity
from lazyflow.graph.references import MOST_SUGGESTIONS, Names, Reference
from lazyflow.spec.complain import MOST_PROBLEMS, Enough
from lazyflow.spec.suggest import MOST_LETTERS, did_you_mean
from lazyflow.spec.tree import Entry, Scalar, Span
from lazyflow.spec.tree import Mapping as Map
from lazyflow.spec.tree import Path as Place
from lazyflow.spec.walk import Mark


@dataclass(frozen=True, slots=True)
class Context:
    """One app under check. `environment` is None where no variable is to be looked up.

    `files` are paths that the app refers to, and `texts` the contents of its YAML files by the name problems use.
    """

    tree: Map
    marks: tuple[Mark, ...]
    names: Names
    references: tuple[Reference, ...]
    folder: Path
    environment: Mapping[str, str] | None
    texts: Mapping[str, str]
    problems: list[Problem]
    files: dict[Path, None] = field(default_factory=dict)

    def nodes(self, kind: str) -> Iterator[tuple[str, Map]]:
        """The nodes of a type."""
        nodes = self.tree.entries["nodes"].value if "nodes" in self.tree.entries else None
        for name, entry in nodes.entries.items() if isinstance(nodes, Map) else ():
            if self.names.types.get(name) == kind and isinstance(entry.value, Map):
                yield name, entry.value

    def node(self, name: str) -> Map | None:
        """A node by its name."""
        nodes = self.tree.entries["nodes"].value if "nodes" in self.tree.entries else None
        entry = nodes.entries.get(name) if isinstance(nodes, Map) else None
        return entry.value if entry is not None and isinstance(entry.value, Map) else None

    def of_kind(self, *kinds: str) -> Iterator[tuple[Mark, Scalar, str]]:
        """The marks of some kinds whose text is known, with it."""
        for mark in self.marks:
            tree = mark.tree
            if mark.kind in kinds and isinstance(tree, Scalar) and not tree.unset and isinstance(tree.value, str):
                yield mark, tree, tree.value

    def add(
        self,
        span: Span,
        code: str,
        message: str,
        path: Place,
        help: str = "",  # noqa: A002 - Problem's word
        *,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Keep a problem; not a warning where there are a thousand problems. Raises: `Enough`, at an error alone."""
        enough = len(self.problems) >= MOST_PROBLEMS
        if enough and severity is Severity.WARNING:
            return
        self.problems.append(span.problem(code, message, path, help, severity))
        if enough:
            raise Enough

    def did_you_mean(self, word: str, known: Iterable[str], otherwise: str = "") -> str:
        """The help for a word that is not known; the more problems there are, the less is looked at."""
        before = len(self.problems)
        return (
            otherwise
            if before > MOST_SUGGESTIONS
            else did_you_mean(word, known, otherwise, MOST_LETTERS // (before + 1))
        )


def text(node: Map, key: str) -> Scalar | None:
    """The value of a key where it is a text that is known."""
    entry = node.entries.get(key)
    if entry is None or not isinstance(entry.value, Scalar) or entry.value.unset:
        return None
    return entry.value if isinstance(entry.value.value, str) else None


def place(entry: Entry) -> Span:
    """Where to point at for an entry: its value where that stands in one line, else its key."""
    return entry.value.span if isinstance(entry.value, Scalar) else entry.key
