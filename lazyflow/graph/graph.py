"""The nodes of an app and how they refer to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lazyflow.spec.app import AppSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """References between the callable nodes of a valid app.

    `edges` maps a node to the nodes it may call (fallbacks included), in the order of the file; `order` lists
    every callable node after all that it calls.
    """

    app: AppSpec
    edges: Mapping[str, tuple[str, ...]]
    order: tuple[str, ...]

    def reachable(self, start: str) -> frozenset[str]:
        """`start` and every node that a message to it may reach."""
        seen = {start}
        waiting = [start]
        while waiting:
            for node in self.edges[waiting.pop()]:
                if node not in seen:
                    seen.add(node)
                    waiting.append(node)
        return frozenset(seen)

    @property
    def entry(self) -> str | None:
        """Who answers where nobody is named: the first web node's target, else the one node that no other refers to."""
        for web in self.app.webs.values():
            return web.target
        called = {node for targets in self.edges.values() for node in targets}
        roots = [node for node in self.edges if node not in called]
        return roots[0] if len(roots) == 1 else None

    def readers(self, entry: str, web: str | None, *, use_context: bool = True) -> frozenset[str]:
        """The nodes to which the conversation is passed when `entry` is asked.

        A node's own `history` decides; else it reads where `web`'s `history` names it. Without a web node (the API, a
        terminal), any web node's naming counts, and where none names a reachable node it is `entry` that reads.
        """
        if not use_context:
            return frozenset()
        reachable = self.reachable(entry)
        webs = [self.app.webs[web]] if web is not None else list(self.app.webs.values())
        named = frozenset(node for spec in webs for node in spec.history) & reachable
        if web is None and not named:
            named = frozenset({entry})
        callables = self.app.callables
        return frozenset(
            node
            for node in reachable
            if (callables[node].history if callables[node].history is not None else node in named)
        )
