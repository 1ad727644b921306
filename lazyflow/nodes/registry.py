"""Every type of node and how it is built: the whole registry. A new type is one file, one builder, one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lazyflow.nodes.contract import ModelSource, Node
from lazyflow.nodes.local import LocalNode
from lazyflow.nodes.modules import AppModules
from lazyflow.nodes.online.node import OnlineNode
from lazyflow.nodes.parallel import ParallelNode
from lazyflow.nodes.pipeline import PipelineNode
from lazyflow.nodes.prompt import PromptNode
from lazyflow.nodes.python import PythonNode
from lazyflow.nodes.router import ModelRouter, RulesRouter
from lazyflow.nodes.threads import Threads
from lazyflow.spec.nodes import LocalSpec, OnlineSpec, ParallelSpec, PipelineSpec, PromptSpec, PythonSpec, RouterSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What nodes are built from beside their specs. `folder` is where relative paths start.

    `nodes` are those built already, `models` the sources of the local nodes' models, both by node name. Plain Python
    code runs in `threads`, the app's Python files are imported as `modules`.
    """

    folder: Path
    nodes: Mapping[str, Node] = field(default_factory=dict)
    models: Mapping[str, ModelSource] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    threads: Threads = field(default_factory=Threads, repr=False)
    modules: AppModules | None = field(default=None, repr=False)


def local(spec: LocalSpec, parts: Parts) -> Node:
    """Over its model."""
    return LocalNode(spec, parts.models[spec.name], spec.chat_template)


def online(spec: OnlineSpec, parts: Parts) -> Node:
    """Keys that its spec does not name come from the environment."""
    return OnlineNode(spec, parts.environment)


def python(spec: PythonSpec, parts: Parts) -> Node:
    """Its callable is imported when it opens."""
    return PythonNode(spec, parts.folder, parts.threads, parts.modules)


def prompt(spec: PromptSpec, parts: Parts) -> Node:
    """Over its model node."""
    return PromptNode(spec, parts.nodes[spec.model])


def pipeline(spec: PipelineSpec, parts: Parts) -> Node:
    """Over its steps."""
    return PipelineNode(spec.name, [parts.nodes[name] for name in spec.steps])


def parallel(spec: ParallelSpec, parts: Parts) -> Node:
    """Over its branches."""
    branches = {branch: parts.nodes[name] for branch, name in spec.branches.items()}
    return ParallelNode(spec.name, branches, spec.join)


def router(spec: RouterSpec, parts: Parts) -> Node:
    """By model or by rules."""
    targets = {name: parts.nodes[name] for name in dict.fromkeys(route.to for route in spec.routes)}
    if spec.default is not None:
        targets[spec.default] = parts.nodes[spec.default]
    if spec.model is not None:
        return ModelRouter(spec.name, parts.nodes[spec.model], spec.routes, targets, spec.default)
    return RulesRouter(spec.name, spec.routes, targets, spec.default)


Builder = Callable[[Any, Parts], Node]

BUILDERS: dict[str, Builder] = {
    "local": local,
    "online": online,
    "python": python,
    "prompt": prompt,
    "pipeline": pipeline,
    "parallel": parallel,
    "router": router,
}
