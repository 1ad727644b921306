"""How `lazyflow run` logs: plain lines for people, or a JSON object a line for programs, secrets masked in both."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Literal, Protocol

from lazyflow.cli.secrets import known_secrets
from lazyflow.redaction import Redaction
from lazyflow.runtime.live import Live
from lazyflow.server.access_log import FIELDS
from lazyflow.server.access_log import NAME as ACCESS
from lazyflow.server.request_id import REQUEST_ID

LogFormat = Literal["text", "json"]
log = logging.getLogger("lazyflow.run")


class Lines(Protocol):
    """Where what a person sees in the terminal goes."""

    def write(self, text: str, /) -> object:
        """Some of it."""

    def flush(self) -> None:
        """Show it now."""

    def isatty(self) -> bool:
        """Whether a line can be drawn again."""


class Logs:
    """The log of one run. `lines` takes what is told to people; as JSON it is a part of the log."""

    def __init__(self, form: LogFormat) -> None:
        self._redact = Redaction()
        self._form = form
        self.lines: Lines = Logged() if form == "json" else sys.stderr

    def begin(self) -> None:
        """Send everything that is logged from now on to standard error."""
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter((JsonLine if self._form == "json" else PlainLine)(self.hidden))
        logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
        logging.getLogger("lazyflow").setLevel(logging.INFO)
        # A person at a terminal does not want a line for each picture.
        logging.getLogger(ACCESS).setLevel(logging.INFO if self._form == "json" else logging.WARNING)

    def hidden(self, text: str) -> str:
        """`text` without the secrets that are known by now."""
        return self._redact(text)

    @contextmanager
    def hiding_secrets_of(self, live: Live) -> Iterator[None]:
        """Mask the app's secrets, also those that an edit brings, until the block ends."""

        def learn() -> None:
            self._redact = known_secrets(live.app.spec, live.reading.environment)

        learn()
        end = live.subscribe(learn)
        try:
            yield
        finally:
            end()


class PlainLine(logging.Formatter):
    """The message, and where something broke also how."""

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__("%(message)s")
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        return self._hide(super().format(record))


class JsonLine(logging.Formatter):
    """One object a record, on one line: time (UTC), level, logger, message, and what else is known."""

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        time = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        line = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {"request_id": name} if (name := REQUEST_ID.get()) else {}
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        line |= {"exception": self.formatException(record.exc_info)} if record.exc_info else {}
        return json.dumps(
            {name: self._hide(value) if isinstance(value, str) else value for name, value in line.items()},
            ensure_ascii=False,
        )


class Logged:
    """Implements `Lines`: each text that is written is one record."""

    def write(self, text: str, /) -> None:
        """See `Lines`."""
        if text.strip():
            log.info("%s", text.strip())

    def flush(self) -> None:
        """See `Lines`: nothing waits."""

    def isatty(self) -> bool:
        """See `Lines`."""
        return False
