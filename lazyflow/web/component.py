"""The chat as one Panel component: carries messages between a session and the script in the browser, nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from bokeh.document import Document
from panel.custom import JSComponent
from panel.io.state import set_curdoc

from lazyflow.web.assets import BUNDLE

Handler = Callable[[object], None]


class Chat(JSComponent):
    """What the page is made of. `connect` says who answers it."""

    # Without `_esm`, Panel serves the bundle and never asks another host for a library.
    _bundle: ClassVar[str] = BUNDLE.name

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)  # type: ignore[no-untyped-call] # Panel is untyped here
        self._handler: Handler | None = None
        self._waiting: list[dict[str, Any]] = []
        self._delivering: asyncio.Task[None] | None = None

    def connect(self, handler: Handler) -> None:
        """Give every message of the page to `handler`."""
        self._handler = handler

    def tell(self, document: Document, message: dict[str, Any]) -> None:
        """Send a message to the page, in order, from anywhere on the event loop."""
        self._waiting.append(message)
        if self._delivering is None or self._delivering.done():
            self._delivering = asyncio.get_running_loop().create_task(self._deliver(document))

    async def _deliver(self, document: Document) -> None:
        # A callback of Bokeh's «next tick» costs a third of a token's way to the page.
        context: Any = document.session_context
        session = context.session if context is not None else None
        while self._waiting and session is not None and not session.destroyed:
            await session.with_document_locked(self._send_waiting, document)
        # Nobody hears the rest.
        self._waiting.clear()

    def _send_waiting(self, document: Document) -> None:
        waiting, self._waiting = self._waiting, []
        with set_curdoc(document):
            self._send_msg(waiting)

    def _handle_msg(self, data: object) -> None:
        if self._handler is not None:
            self._handler(data)
