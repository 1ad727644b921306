"""What Panel calls for each page that is opened: one component in one small document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import jinja2
import panel as pn
from bokeh.util.token import get_session_id

from lazyflow.runtime.contract import LiveApp
from lazyflow.web.assets import TEMPLATE
from lazyflow.web.component import Chat
from lazyflow.web.look import title
from lazyflow.web.rooms import Rooms
from lazyflow.web.session import Session

if TYPE_CHECKING:
    from bokeh.document import Document
    from bokeh.server.contexts import BokehSessionContext


# Scripts that Panel asks for and this page does not use: WebGL plots, and a loader that the template replaces.
UNUSED = re.compile(r"<script[^>]*(?:bokeh-gl|es-module-shims|esms-options)[^>]*>[^<]*</script>")


def lean(scripts: str) -> str:
    """The script tags of a page without those that it does not use."""
    return UNUSED.sub("", scripts)


class Page:
    """Builds documents for the pages of one web node."""

    def __init__(
        self,
        live: LiveApp,
        node: str,
        rooms: Rooms,
        person: Callable[[Mapping[str, str], Mapping[str, str]], str] | None,
    ) -> None:
        self._live = live
        self._node = node
        self._rooms = rooms
        self._person = person
        self._open: WeakValueDictionary[str, BokehSessionContext] = WeakValueDictionary()
        environment = jinja2.Environment(autoescape=True)
        environment.filters["lean"] = lean
        self._template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))

    def build(self) -> Chat:
        """The component of a page that is being opened, connected to a session of its own."""
        document: Document = pn.state.curdoc  # type: ignore[assignment] # there is one while Panel builds a page
        context: BokehSessionContext = document.session_context  # type: ignore[assignment] # there is one here, too
        chat = Chat(sizing_mode="stretch_both")
        session = Session(
            self._live,
            self._node,
            self._rooms,
            self._who(context),
            lambda message: chat.tell(document, message),
        )
        chat.connect(session.handle)
        self._open[context.id] = context
        document.template = self._template
        document.template_variables["page_title"] = self._title()
        document.on_session_destroyed(lambda _: session.close())
        return chat

    def left(self, subprotocols: list[str]) -> None:
        """The page whose websocket had these was closed: its memory is wanted for those that come."""
        context = self._open.get(get_session_id(subprotocols[1]))
        if context is not None and context.session is not None and context.session.connection_count <= 1:
            context.session.request_expiration()

    def _title(self) -> str:
        app = self._live.app
        spec = app.spec.webs.get(self._node)
        return title(app, spec) if spec is not None else app.spec.name

    def _who(self, context: BokehSessionContext) -> str:
        request: Any = context.request
        return self._person(request.headers, request.cookies) if self._person is not None else ""
