"""What a reload has to do: a pure function of the old and the new app."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from lazyflow.graph.graph import Graph
from lazyflow.runtime.restart import restart_needed
from lazyflow.spec.nodes import WebSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that decides how an app runs.

    `keys` name the model of each local node, `contents` what else a node is made from (the hash of its `.py` file or
    chat template, of the environment of an online node), both by node name.
    """

    graph: Graph
    keys: Mapping[str, Hashable] = field(default_factory=dict)
    contents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Node names, each list in the order of the file: every callable node of the new app is in the first three.

    `keep`: nothing of it changed, nor of the nodes that it calls. `update`: built anew over what it owns already.
    `open`: it is new, or its model is. `close`: it is gone, or its old model is. `restart`: `web.port` and its like,
    which only a restart changes; `pages`: web nodes that look different.
    """

    keep: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the new app is the old one."""
        return not (self.open or self.close or self.update or self.pages)


def plan(old: Snapshot, new: Snapshot, served: Mapping[str, WebSpec] | None = None) -> Plan:
    """From `old` to `new`; `served` are the web nodes as the server began with them (default: the old ones)."""
    before, after = old.graph.app, new.graph.app
    opened = [name for name in after.callables if name not in before.callables or _model_changed(name, old, new)]
    changed = {name for name in after.callables if name in opened or _node_changed(name, old, new)}
    for name in new.graph.order:
        if changed.intersection(new.graph.edges[name]):
            changed.add(name)
    gone = [name for name in before.callables if name not in after.callables or _model_changed(name, old, new)]
    pages = [name for name in {**before.webs, **after.webs} if before.webs.get(name) != after.webs.get(name)]
    if (before.name, before.description) != (after.name, after.description):
        pages = list(after.webs)
    return Plan(
        keep=tuple(name for name in after.callables if name not in changed),
        open=tuple(opened),
        close=tuple(gone),
        update=tuple(name for name in after.callables if name in changed and name not in opened),
        pages=tuple(pages),
        restart=restart_needed(before.webs if served is None else served, after.webs),
    )


def _model_changed(name: str, old: Snapshot, new: Snapshot) -> bool:
    return name in old.graph.app.callables and old.keys.get(name) != new.keys.get(name)


def _node_changed(name: str, old: Snapshot, new: Snapshot) -> bool:
    return (
        old.graph.app.callables[name] != new.graph.app.callables[name]
        or old.contents.get(name) != new.contents.get(name)
        or old.graph.app.folder != new.graph.app.folder
    )
