"""The HTML of a page. Panel looks through every kind of component for scripts each time: they are found once here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bokeh.embed.util import RenderItem
from panel.io.resources import LOCAL_DIST, bundle_resources, patch_model_css
from panel.io.server import html_page_for_render_items
from panel.io.state import set_curdoc, state

if TYPE_CHECKING:
    from bokeh.embed.bundle import Bundle
    from bokeh.resources import Resources
    from bokeh.server.session import ServerSession
    from jinja2 import Template


class Rendering:
    """Does what Panel's `server_html_page_for_session` does; pages of one address share scripts and styles."""

    def __init__(self) -> None:
        self._bundles: dict[str, Bundle] = {}

    def __call__(
        self,
        session: ServerSession,
        resources: Resources,
        title: str,
        template: Template,
        template_variables: dict[str, Any],
    ) -> str:
        """The page that connects to a session."""
        document = session.document
        with set_curdoc(document):
            prefix = state.rel_path or ""
            if prefix not in self._bundles:
                self._bundles[prefix] = bundle_resources(document.roots, resources)
            for root in document.roots:
                patch_model_css(root, dist_url=f"{prefix}/{LOCAL_DIST}" if prefix else LOCAL_DIST)
            item = RenderItem(token=session.token, roots=document.roots, use_for_title=False)
            return html_page_for_render_items(
                self._bundles[prefix], {}, [item], title, template=template, template_variables=template_variables
            )
