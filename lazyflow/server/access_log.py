"""One line a request in the log `lazyflow.access`: never a query, a header or a body."""

from __future__ import annotations

import logging

from lazyflow.reports.visible import visible
from lazyflow.server.traffic import Exchange

NAME = "lazyflow.access"
FIELDS = ("method", "path", "status", "ms")
log = logging.getLogger(NAME)


def access_log(done: Exchange) -> None:
    """Log one request that is over."""
    path, milliseconds = visible(done.path), round(done.seconds * 1000, 1)
    values = (done.method, path, done.status, milliseconds)
    log.info("%s %s %d %s ms", *values, extra=dict(zip(FIELDS, values, strict=True)))
