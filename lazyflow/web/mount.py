"""The chat page of one web node, added to any FastAPI server."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from lazyflow.runtime.contract import LiveApp
from lazyflow.store.conversations import Conversations
from lazyflow.store.in_memory import InMemory
from lazyflow.web.attaching import room_for_files
from lazyflow.web.doors import Doors
from lazyflow.web.file_routes import mount_file_routes
from lazyflow.web.hangups import Hangups
from lazyflow.web.rooms import Rooms
from lazyflow.web.transfer import mount_transfer

if TYPE_CHECKING:
    from fastapi import FastAPI

COMPONENTS = "/components/{path:path}"
CLEANING = 1000
"""Milliseconds between two looks for pages that were closed."""
PersonOf = Callable[[Mapping[str, str], Mapping[str, str]], str]
"""Who sent a request, as an opaque id, from its headers and its cookies."""


def mount_page(
    server: FastAPI,
    live: LiveApp,
    node: str,
    *,
    person: PersonOf | None = None,
    conversations: Conversations | None = None,
) -> None:
    """Serve the chat page of the web node `node` at `/`, with its websocket and files.

    Without `person` everybody who may open the page is one and the same person. Without `conversations` they are
    kept in this process's memory.
    """
    import panel as pn  # noqa: PLC0415 - heavy, and used here only
    from bokeh_fastapi.handler import DocHandler  # noqa: PLC0415
    from panel.io.fastapi import add_applications  # noqa: PLC0415

    from lazyflow.web.files import mount_files  # noqa: PLC0415 - imports panel
    from lazyflow.web.page import Page  # noqa: PLC0415 - imports panel
    from lazyflow.web.rendering import Rendering  # noqa: PLC0415 - imports panel

    # Without it a lost connection leaves a page that looks alive and is dead.
    pn.config.reconnect = True
    # Eight messages of each page that nobody reads.
    pn.config.browser_info = False
    mount_files(server)
    kept = conversations or InMemory()
    who = person or (lambda _headers, _cookies: "")
    # Where Panel has put its own.
    DocHandler.render_session = Rendering()
    rooms = Rooms(live, node, kept)
    mount_transfer(server, kept, who, rooms.moved, lambda: room_for_files(live, node))
    mount_file_routes(server, live, node, kept, who)
    page = Page(live, node, rooms, person)
    server.add_middleware(Doors)
    server.add_middleware(Hangups, left=page.left)
    # The server's own guard compares Origin and Host, so any origin that gets here is fine.
    add_applications(
        {"/": page.build},
        app=server,
        location=False,
        websocket_origin="*",
        # A session's token carries who opened the page: signed, so that nobody writes another name into it.
        sign_sessions=True,
        secret_key=secrets.token_bytes(32),
        include_cookies=[],
        exclude_headers=["Authorization", "Cookie"],
        check_unused_sessions_milliseconds=CLEANING,
    )
    # Ours serves the one component there is; Panel's breaks on a path that somebody makes up.
    server.router.routes[:] = [route for route in server.routes if getattr(route, "path", "") != COMPONENTS]
