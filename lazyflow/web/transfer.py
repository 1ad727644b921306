"""Conversations as files: exports to download, and a place to bring them back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from math import inf
from typing import TYPE_CHECKING
from urllib.parse import quote

from lazyflow.errors import LazyflowError
from lazyflow.messages import File
from lazyflow.store.conversation import Conversation
from lazyflow.store.conversations import Conversations, StoreUnavailable
from lazyflow.store.export import markdown, to_json
from lazyflow.store.summary import Summary
from lazyflow.web.bringing import Bringing

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from lazyflow.web.mount import PersonOf

LARGEST = 64 * 2**20
"""Bytes of an import: a long year of conversations is about 20 MB."""
LARGEST_FILES = LARGEST // 2
"""Bytes of files in an export: in base64 they take a third more."""
WRITERS: Mapping[str, tuple[str, Callable[[Summary, Conversation, Mapping[str, File]], str]]] = {
    "md": ("text/markdown", lambda summary, conversation, _: markdown(summary, conversation)),
    "json": ("application/json", lambda summary, conversation, files: to_json([(summary, conversation)], files)),
}


def mount_transfer(
    server: FastAPI,
    kept: Conversations,
    person: PersonOf,
    brought: Callable[[str], None] = lambda _: None,
    most: Callable[[], float] = lambda: inf,
) -> None:
    """Add `GET /conversations/ID.md`, `GET /conversations/ID.json` and `POST /conversations`.

    `brought` hears whose conversations were imported; `most` is how many bytes one person's files may have.
    """
    from starlette.responses import JSONResponse, PlainTextResponse, Response  # noqa: PLC0415 - of the extra `web`

    bringing = Bringing(kept, most)

    async def give(request: Request) -> Response:
        name, kind = request.path_params["name"], request.path_params["kind"]
        try:
            found = await one(kept, person(request.headers, request.cookies), name) if kind in WRITERS else None
            files = await contents(kept, found[1]) if found is not None and kind == "json" else {}
        except StoreUnavailable as error:
            return PlainTextResponse(str(error), 503)
        if found is None:
            return PlainTextResponse("There is no such conversation.", 404)
        media_type, write = WRITERS[kind]
        written = await asyncio.to_thread(write, *found, files)
        return Response(written, media_type=f"{media_type}; charset=utf-8", headers=named(found[0], kind))

    async def take(request: Request) -> Response:
        content = bytearray()
        async for piece in request.stream():
            content += piece
            if len(content) > LARGEST:
                return JSONResponse({"message": "The file is larger than 64 MiB.", "help": "Import it in parts."}, 413)
        try:
            whose = person(request.headers, request.cookies)
            imported = await bringing.bring(whose, bytes(content))
            brought(whose)
        except LazyflowError as error:
            status = 503 if isinstance(error, StoreUnavailable) else 422
            return JSONResponse({"message": error.message, "help": error.help}, status)
        found = {"imported": len(imported.conversations), "skipped": imported.skipped}
        return JSONResponse({**found, "left_out": imported.left_out})

    server.add_route("/conversations/{name}.{kind}", give, methods=["GET"])
    server.add_route("/conversations", take, methods=["POST"])


async def one(kept: Conversations, person: str, name: str) -> tuple[Summary, Conversation] | None:
    """A conversation and its line in the list, if it is this person's."""
    summary, conversation = await kept.summary(person, name), await kept.load(person, name)
    return (summary, conversation) if summary is not None and conversation is not None else None


async def contents(kept: Conversations, conversation: Conversation) -> Mapping[str, File]:
    """The files that go along with a conversation: in their order, as far as an import takes them."""
    room, ids = LARGEST_FILES, []
    for file in (file for entry in conversation.entries.values() for file in entry.files):
        if file.id not in ids and file.size <= room:
            room -= file.size
            ids.append(file.id)
    return await kept.files(conversation.person, ids)


def named(summary: Summary, kind: str) -> Mapping[str, str]:
    """The headers that make it a download with the conversation's title as its name."""
    name = "".join(
        " " if character in '\\/:*?"<>|' or not character.isprintable() else character for character in summary.title
    )
    file = quote(f"{' '.join(name.split())[:80] or 'conversation'}.{kind}")
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{file}", "Cache-Control": "no-store"}
