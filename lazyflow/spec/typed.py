"""The typed phase: the plain data of a valid app to frozen dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import (
    AnyNode,
    Auth,
    Control,
    Endpoint,
    Fallback,
    LocalSpec,
    OnlineSpec,
    ParallelSpec,
    PipelineSpec,
    PromptSpec,
    PythonSpec,
    Route,
    RouterSpec,
    Theme,
    Upload,
    WebSpec,
)
from lazyflow.spec.ports import port_ranges
from lazyflow.spec.sampling import Format, JsonSchema, Sampling

Data = Mapping[str, Any]

TYPES: Mapping[str, Callable[..., AnyNode]] = {
    "local": LocalSpec,
    "online": OnlineSpec,
    "prompt": PromptSpec,
    "pipeline": PipelineSpec,
    "parallel": ParallelSpec,
    "router": RouterSpec,
    "python": PythonSpec,
    "web": WebSpec,
}
RENAMED = {"port": "ports", "with": "arguments"}


def typed_app(data: Data, folder: Path, sources: tuple[Path, ...]) -> AppSpec:
    """The app that valid `data` describes; paths in it stay as they were written, relative to `folder`."""
    return AppSpec(
        name=data.get("name", folder.name or "app"),
        description=data.get("description", ""),
        nodes={name: typed_node(name, node) for name, node in data["nodes"].items()},
        folder=folder,
        sources=sources,
    )


def typed_node(name: str, data: Data) -> AnyNode:
    """One node."""
    values = {
        RENAMED.get(key, key): CONVERT.get(key, same)(value)
        for key, value in data.items()
        if not key.startswith("x-") and key != "type"
    }
    return TYPES[data["type"]](name=name, **values)


def same(value: Any) -> Any:
    """A value that is taken as it is; lists become tuples."""
    return tuple(value) if isinstance(value, list) else value


def sampling(data: Data) -> Sampling:
    """One stop text is a list of one."""
    values = dict(data)
    if "stop" in values:
        values["stop"] = names(values["stop"])
    return Sampling(**values)


def answer_format(data: Any) -> Format:
    """`text`, `json` or a schema."""
    return JsonSchema(data["schema"]) if isinstance(data, dict) else data


def names(data: Any) -> tuple[str, ...]:
    """One name is a list of one."""
    return (data,) if isinstance(data, str) else tuple(data)


def fallback(data: Any) -> Fallback:
    """A node, a list of nodes, or all of it."""
    if not isinstance(data, dict):
        return Fallback(nodes=names(data))
    values = {key: same(value) for key, value in data.items() if key != "nodes"}
    return Fallback(nodes=names(data["nodes"]), **values)


def upload(data: Any) -> Upload | None:
    """Yes or no, or yes with limits."""
    if isinstance(data, dict):
        return Upload(**data)
    return Upload() if data else None


def auth(data: Data) -> Auth:
    """Users and keys."""
    return Auth(users=data.get("users", {}), keys=tuple(data.get("keys", ())))


CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "sampling": sampling,
    "format": answer_format,
    "fallback": fallback,
    "endpoints": lambda data: tuple(Endpoint(**one) for one in data),
    "routes": lambda data: tuple(Route(**one) for one in data),
    "controls": lambda data: tuple(Control(**one) for one in data),
    "theme": lambda data: Theme(**data),
    "auth": auth,
    "upload": upload,
    "port": port_ranges,
}
