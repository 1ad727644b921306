"""Files over HTTP: a place to bring them to, one at a time, and to get one's own back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from lazyflow.errors import LazyflowError
from lazyflow.messages import File
from lazyflow.nodes.threads import Threads
from lazyflow.runtime.contract import LiveApp
from lazyflow.store.conversations import Conversations, StoreUnavailable
from lazyflow.store.files import attachment_of
from lazyflow.uploads.kind import plain_name
from lazyflow.uploads.read import MB, read_upload
from lazyflow.uploads.refused import UploadRefused
from lazyflow.web.attaching import NotTaken, check_kind, room_for_files
from lazyflow.web.ids import new_id
from lazyflow.web.wire import file_data

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from lazyflow.web.mount import PersonOf

AT_ONCE = 2
"""Files that are read at the same time: a PDF takes a core while it is read."""
NAME = "x-file-name"
"""The header with the file's name, percent-encoded. A page of another site cannot send it."""
# Whatever a file holds, a browser that is led to it runs and fetches nothing.
SAFE = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
CREATED, NO_CONTENT, NOT_MODIFIED, NOT_FOUND, REFUSED, UNAVAILABLE = 201, 204, 304, 404, 422, 503


class FileRoutes:
    """Answers `POST /files`, `GET /files/ID` and `DELETE /files/ID` for one web node."""

    def __init__(self, live: LiveApp, node: str, kept: Conversations, person: PersonOf) -> None:
        self._live = live
        self._node = node
        self._kept = kept
        self._person = person
        self._threads = Threads()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def take(self, request: Request) -> Response:
        """Keep the file in the request's body, or say why not."""
        from starlette.responses import JSONResponse  # noqa: PLC0415 - of the extra `web`

        try:
            return JSONResponse(await self._take(request), CREATED)
        except UploadRefused as error:
            return JSONResponse(told(error.reason, error, error.most), REFUSED)
        except NotTaken as error:
            return JSONResponse(told("kind", error), REFUSED)
        except LazyflowError as error:
            return JSONResponse(told("failed", error), UNAVAILABLE)

    async def _take(self, request: Request) -> dict[str, Any]:
        web = self._live.app.spec.webs.get(self._node)
        if web is None or web.upload is None:
            raise NotTaken("This app takes no files.")
        name, most = unquote(request.headers.get(NAME, "")), web.upload.max_mb
        content = await limited(request, most, name)
        # A thread that hangs in spite of all bounds keeps its turn, so that no more than so many ever do.
        async with self._turn:
            file = await self._threads.run(lambda: read_upload(name, content, most))
        await check_kind(self._live, web.target, file.name, file.kind)
        id = new_id()  # noqa: A001 - its name
        await self._kept.keep_file(self._who(request), id, file, room_for_files(self._live, self._node))
        return file_data(attachment_of(id, file))

    async def give(self, request: Request) -> Response:
        """One of the person's own files."""
        from starlette.responses import PlainTextResponse, Response  # noqa: PLC0415 - of the extra `web`

        id = request.path_params["id"]  # noqa: A001 - its name
        try:
            found = (await self._kept.files(self._who(request), [id])).get(id)
        except StoreUnavailable as error:
            return PlainTextResponse(str(error), UNAVAILABLE)
        if found is None:
            return PlainTextResponse("There is no such file.", NOT_FOUND)
        # Asked for each time, since the browser may be another person's by now; sent again only where it is new.
        known = {"ETag": f'"{id}"', "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match") == known["ETag"]:
            return Response(status_code=NOT_MODIFIED, headers=known)
        return Response(found.data, headers={**headers(found), **known})

    async def drop(self, request: Request) -> Response:
        """Forget a file that no message has."""
        from starlette.responses import PlainTextResponse, Response  # noqa: PLC0415 - of the extra `web`

        try:
            await self._kept.drop_file(self._who(request), request.path_params["id"])
        except StoreUnavailable as error:
            return PlainTextResponse(str(error), UNAVAILABLE)
        return Response(status_code=NO_CONTENT)

    def _who(self, request: Request) -> str:
        return self._person(request.headers, request.cookies)


def mount_file_routes(server: FastAPI, live: LiveApp, node: str, kept: Conversations, person: PersonOf) -> None:
    """Add the paths."""
    routes = FileRoutes(live, node, kept, person)
    server.add_route("/files", routes.take, methods=["POST"])
    server.add_route("/files/{id}", routes.give, methods=["GET"])
    server.add_route("/files/{id}", routes.drop, methods=["DELETE"])


async def limited(request: Request, most: float, name: str) -> bytes:
    """The request's body, read no further than the limit. Raises: `UploadRefused`."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > most * MB:
            raise UploadRefused("large", plain_name(name), most)
    return bytes(content)


def told(reason: str, error: LazyflowError, most: float = 0) -> dict[str, Any]:
    """A refusal as the page is told it: `reason` is a word of its own, the sentences are for other programs."""
    return {"reason": reason, "message": error.message, "help": error.help, "most": most}


def headers(file: File) -> dict[str, str]:
    """How a file is given back: pictures to look at, all else to save."""
    shown = "inline" if file.kind == "picture" else "attachment"
    return {
        **SAFE,
        "Content-Type": f"{file.media_type}; charset=utf-8" if file.media_type.startswith("text/") else file.media_type,
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name, safe='')}",
    }
