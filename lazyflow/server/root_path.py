"""A site below a path of its host, such as `/chat`: the path is taken off before anything else looks at a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

ROOT_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
MOVED = 308


class RootPath:
    """Serves the site under `root` also where the proxy has taken it off already."""

    def __init__(self, app: ASGIApp, root: str) -> None:
        self.app = app
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as if the site were its host's only one."""
        path = scope.get("path", "")
        if scope["type"] == "http" and path == self.root:
            # The page's own addresses are relative: without the slash they would lead out of the site.
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            location = self.root.encode() + b"/" + query
            await send({"type": "http.response.start", "status": MOVED, "headers": [(b"location", location)]})
            await send({"type": "http.response.body", "body": b""})
            return
        if path.startswith(f"{self.root}/"):
            raw = scope.get("raw_path", b"").removeprefix(self.root.encode())
            scope = {**scope, "path": path[len(self.root) :], "raw_path": raw}
        await self.app(scope, receive, send)
