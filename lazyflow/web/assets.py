"""The files of the page: the bundle of its script and the template of its document."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
# The name holds a hash of the content, since a browser may keep the file for ever.
(BUNDLE,) = FOLDER.glob("chat.*.bundle.js")
TEMPLATE = FOLDER / "page.html"
