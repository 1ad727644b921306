"""What `lazyflow run` logs, line by line."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from lazyflow.cli.logs import JsonLine, PlainLine
from lazyflow.redaction import redaction
from lazyflow.server.access_log import FIELDS
from lazyflow.server.request_id import REQUEST_ID

HIDE = redaction(["sesame-key"])


def record(message: str, *values: object, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("lazyflow.x", logging.WARNING, "x.py", 1, message, values, None)
    made.__dict__.update(more)
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLine(HIDE).format(made)
    assert "\n" not in line
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def test_a_line_tells_when_how_grave_who_and_what() -> None:
    line = as_json(record("two\nlines of %s", "«text»", created=1.5))
    assert line == {
        "time": "1970-01-01T00:00:01.500Z",
        "level": "warning",
        "logger": "lazyflow.x",
        "message": "two\nlines of «text»",
    }


def test_a_line_of_a_request_names_it() -> None:
    token = REQUEST_ID.set("r1")
    try:
        line = as_json(record("x", **dict(zip(FIELDS, ("GET", "/v1/models", 200, 1.5), strict=True))))
    finally:
        REQUEST_ID.reset(token)
    assert line["request_id"] == "r1"
    assert [line[name] for name in FIELDS] == ["GET", "/v1/models", 200, 1.5]


def test_secrets_are_masked_in_messages_and_tracebacks() -> None:
    try:
        raise ValueError("no: sesame-key")  # noqa: TRY301 - its traceback is what is looked at
    except ValueError:
        broken = record("with %s", "sesame-key", exc_info=sys.exc_info())
    line = as_json(broken)
    assert line["message"] == "with ***"
    assert "ValueError: no: ***" in line["exception"]
    plain = PlainLine(HIDE).format(broken)
    assert "with ***" in plain
    assert "sesame-key" not in plain
