"""From an exception to a `Mishap`. The libraries' classes mislead, so the first row that the evidence fits decides."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable

from lazyflow.nodes.online.evidence import Evidence, evidence
from lazyflow.nodes.online.mishap import Kind, Mishap
from lazyflow.redaction import Redaction

LONGEST_DETAIL = 300
Rows = tuple[tuple[Kind, Callable[[Evidence], bool]], ...]


def _says(*patterns: str) -> Callable[[Evidence], bool]:
    """Providers agree on neither status nor code; these are words that they were seen to send."""
    compiled = re.compile("|".join(patterns), re.IGNORECASE)
    return lambda found: compiled.search(found.words) is not None


_no_credit = _says(
    r"insufficient.{0,5}(quota|balance|credit|funds)",
    r"exceeded.{0,6}current.{0,3}quota",
    r"credit balance is too low",
    r"arrear|payment required|billing|余额不足|欠费",
)
_context = _says(
    r"context.{0,3}(length|window|size)",
    r"maximum.{0,20}(context|tokens)",
    r"(prompt|input).{0,20}too long|too many tokens|exceed_context|range of input length|上下文",
)
_content = _says(
    r"content.{0,3}(filter|policy|management)|data.?inspection|moderation|safety system|sensitive content|敏感"
)
_wrong_key = _says(r"(invalid|incorrect|wrong).{0,12}(api|access).?key|api key (not valid|is invalid)")
_unknown_model = _says(
    r"model.{0,80}(not.?(exist|found)|no access|unknown|unsupported)",
    r"(no such|unknown|invalid) model|模型不存在",
)
_rate_limit = _says(r"rate.?limit|too many requests|限流")

TRANSPORT: Rows = (
    ("dns", lambda found: found.has(socket.gaierror)),
    ("tls", lambda found: found.has(ssl.SSLError, ssl.CertificateError)),
    ("malformed", lambda found: found.has(json.JSONDecodeError, UnicodeDecodeError)),
    ("silent", lambda found: found.named("TimeoutException", "APITimeoutError", "TimeoutError")),
    (
        "cut",
        lambda found: found.named("ReadError", "RemoteProtocolError", "ClientPayloadError", "ServerDisconnectedError"),
    ),
    ("unreachable", lambda found: found.has(ConnectionError) or found.named("ConnectError", "ClientConnectorError")),
)
"""What happened on the way, where no answer with a status came."""

REFUSALS: Rows = (
    ("wrong_key", lambda found: found.status == 401),  # noqa: PLR2004 - HTTP statuses are known by their numbers
    ("no_credit", lambda found: found.status == 402 or _no_credit(found)),  # noqa: PLR2004 - same
    ("rate_limit", lambda found: found.status == 429 or (found.status is None and _rate_limit(found))),  # noqa: PLR2004 - same
    (
        "context_window",
        lambda found: (
            found.named("ContextWindowExceededError") or (found.status in (None, 400, 413) and _context(found))
        ),
    ),
    ("content", lambda found: found.named("ContentPolicyViolationError") or _content(found)),
    ("wrong_key", _wrong_key),
    ("unknown_model", lambda found: found.status == 404 or _unknown_model(found)),  # noqa: PLR2004 - same
    ("forbidden", lambda found: found.status == 403),  # noqa: PLR2004 - same
    (
        "bad_request",
        lambda found: found.status in range(400, 500) or found.named("UnsupportedParamsError", "BadRequestError"),
    ),
)
"""What the provider says, by its status where that is telling and by its words where it is not."""


def diagnose(error: BaseException, redact: Redaction, *, answering: bool) -> Mishap:
    """What happened. `answering` tells that the provider had begun to answer."""
    found = evidence(error)
    kind = _first(TRANSPORT, found) if found.status is None else None
    if kind == "silent" and answering:
        kind = "stalled"
    detail = "" if kind else redact(found.message)
    if len(detail) > LONGEST_DETAIL:
        detail = detail[:LONGEST_DETAIL] + "…"
    kind = kind or _first(REFUSALS, found) or "provider"
    return Mishap(kind=kind, detail=detail, status=found.status, retry_after=found.retry_after)


def _first(rows: Rows, found: Evidence) -> Kind | None:
    return next((kind for kind, fits in rows if fits(found)), None)
