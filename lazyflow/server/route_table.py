"""Every route of a site as one flat list, and the name of the one that a request takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import BaseRoute
    from starlette.types import Scope

OTHER = "other"


class RouteTable:
    """`routes` as a server has them; `own` are paths that something before it answers."""

    def __init__(self, routes: Sequence[BaseRoute], own: frozenset[str] = frozenset()) -> None:
        self.routes = [route for route in flat(routes) if hasattr(route, "path")]
        self.own = own

    @property
    def paths(self) -> list[str]:
        """Every path as it is written, with the names of its parameters."""
        return list(dict.fromkeys([*sorted(self.own), *(route.path for route in self.routes)]))

    def name(self, scope: Scope) -> str:
        """The path of the route that a request takes: what a client makes up is one and the same «other»."""
        from starlette.routing import Match  # noqa: PLC0415 - heavy, and used here only

        if scope["path"] in self.own:
            return str(scope["path"])
        found = (route for route in self.routes if route.matches(scope)[0] is not Match.NONE)
        return str(getattr(next(found, None), "path", OTHER))


def flat(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    """The routes, those of included routers in their place: newer versions of FastAPI keep them as one."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from flat(included.routes)
