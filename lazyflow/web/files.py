"""Files that never change under their address: compressed once, and kept by the browser for ever."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lazyflow.web.assets import BUNDLE

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".map": "application/json"}
PACKED = {".woff2": "font/woff2"}
HASHED = (".bundle.js", ".font.woff2")
FOREVER = "public, max-age=31536000, immutable"
LEVEL = 9


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder whose scripts and style sheets are served under `prefix`."""

    prefix: str
    path: Path


class Files:
    """Serves scripts and style sheets. Compressing takes a thread some time once, and no request after the first."""

    def __init__(self, folders: tuple[Folder, ...]) -> None:
        self._folders = folders
        self._packed: dict[Path, asyncio.Task[bytes]] = {}

    async def serve(self, request: Request) -> Response:
        """The file that the request's path names, else 404."""
        from starlette.responses import PlainTextResponse, Response  # noqa: PLC0415 - heavy, and used here only

        file = self._find(request.url.path)
        if file is None:
            return PlainTextResponse("not found", 404)
        # Bokeh's scripts carry a hash in the query, our own in the name: one address, one content.
        headers = {"cache-control": FOREVER if request.url.query or file.name.endswith(HASHED) else "no-cache"}
        if file.suffix in PACKED:
            headers["content-type"] = PACKED[file.suffix]
            return Response(await asyncio.to_thread(file.read_bytes), headers=headers)
        headers |= {"vary": "accept-encoding", "content-type": TYPES[file.suffix]}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(await asyncio.to_thread(file.read_bytes), headers=headers)
        if file not in self._packed:
            self._packed[file] = asyncio.create_task(asyncio.to_thread(pack, file))
        return Response(await asyncio.shield(self._packed[file]), headers={**headers, "content-encoding": "gzip"})

    def _find(self, path: str) -> Path | None:
        for folder in self._folders:
            if path.startswith(folder.prefix):
                file = (folder.path / path.removeprefix(folder.prefix)).resolve()
                known = (
                    file.suffix in {**TYPES, **PACKED} and file.is_relative_to(folder.path.resolve()) and file.is_file()
                )
                return file if known else None
        return None


def pack(file: Path) -> bytes:
    """The file's content, compressed."""
    return gzip.compress(file.read_bytes(), LEVEL, mtime=0)


def mount_files(server: FastAPI) -> None:
    """Serve what the page loads, in place of the plain files that Bokeh and Panel would serve."""
    import panel.io.resources  # noqa: PLC0415 - heavy, and used here only
    from bokeh.settings import settings  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    component = "/components/lazyflow.web.component/Chat/_bundle_path/"
    files = Files(
        (
            Folder("/static/extensions/panel/", Path(panel.io.resources.DIST_DIR)),
            Folder("/static/", Path(settings.bokehjs_path())),
            Folder(component, BUNDLE.parent),
        )
    )
    server.router.routes += [
        Route("/static/{path:path}", files.serve),
        Route(component + "{path:path}", files.serve),
    ]
