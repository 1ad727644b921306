"""`--check-files`: whether the model of each local node is on this machine or can be fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lazyflow.errors import ModelNotFound, ModelUnusable, Problem
from lazyflow.graph.load import Checked
from lazyflow.models.resolve import resolve
from lazyflow.spec.nodes import LocalSpec

CODE = "LF048"


def missing_models(checked: Checked, environment: Mapping[str, str]) -> Iterator[Problem]:
    """A problem at each model's name that leads nowhere."""
    if checked.app is None:
        return
    for node in checked.app.nodes.values():
        if isinstance(node, LocalSpec):
            try:
                resolve(node.model, folder=checked.app.folder, environment=environment, revision=node.revision)
            except (ModelNotFound, ModelUnusable) as error:
                path = ("nodes", node.name, "model")
                words = error.message.replace("\n  - ", " ")
                yield checked.place(path).problem(CODE, f"node '{node.name}': {words}", path, error.help)
