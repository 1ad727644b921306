"""An app as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lazyflow.spec.nodes import AnyNode, CallableSpec, WebSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSpec:
    """What the app's files say. `folder` is where relative paths start; `sources` are all files that were read."""

    name: str
    nodes: Mapping[str, AnyNode]
    folder: Path
    description: str = ""
    sources: tuple[Path, ...] = field(default=(), compare=False)

    @property
    def callables(self) -> Mapping[str, CallableSpec]:
        """Every node that can answer a message."""
        return {name: node for name, node in self.nodes.items() if not isinstance(node, WebSpec)}

    @property
    def webs(self) -> Mapping[str, WebSpec]:
        """Every web node."""
        return {name: node for name, node in self.nodes.items() if isinstance(node, WebSpec)}
