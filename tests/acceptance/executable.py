"""Where this machine's Chromium or Chrome is."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def executable() -> str | None:
    """The browser that LAZYFLOW_CHROMIUM names, else the system's; None where there is none."""
    return os.environ.get("LAZYFLOW_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
