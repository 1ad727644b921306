"""`--check-files`: whether the model of each local node is on this machine or can be fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lazyflow.errors import ModelNotFound, ModelUnusable, Problem
from lazyflow.models.resolve import resolve
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import LocalSpec
from lazyflow.spec.parse import parse
from lazyflow.spec.tree import Mapping as Map
from lazyflow.spec.tree import Span, Tree

CODE = "LF048"


def missing_models(app: AppSpec, texts: Mapping[str, str], environment: Mapping[str, str]) -> Iterator[Problem]:
    """A problem at each model's name that leads nowhere."""
    trees = [
        parse(texts[str(path)], str(path)).tree for path in app.sources if path.name != ".env" and str(path) in texts
    ]
    for node in app.nodes.values():
        if isinstance(node, LocalSpec):
            try:
                resolve(node.model, folder=app.folder, environment=environment, revision=node.revision)
            except (ModelNotFound, ModelUnusable) as error:
                path = ("nodes", node.name, "model")
                yield place(trees, path).problem(CODE, f"node '{node.name}': {error.message}", path, error.help)


def place(trees: list[Tree | None], path: tuple[str, ...]) -> Span:
    """Where the last file that says it says it; else the start of the first file."""
    for tree in reversed(trees):
        found = tree
        for name in path:
            found = found.entries[name].value if isinstance(found, Map) and name in found.entries else None
        if found is not None:
            return found.span
    first = next(tree for tree in trees if tree is not None)
    return first.span._replace(end_line=first.span.line, end_column=first.span.column + 1)
