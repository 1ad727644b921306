"""What an exception of a provider's client proves: the answer's status, the provider's own words, the whole chain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

_PREFIX = re.compile(r"^(?:[\w.]*(?:Error|Timeout|Exception)\w*: )*(?:\w*Exception - )?(?:Error code: \d+(?: - |$))?")
_ANSWERED = ("HTTPStatusError", "MaskedHTTPStatusError")  # the libraries make statuses up where no answer came


@dataclass(frozen=True, slots=True)
class Evidence:
    """`status` is None where no answer came; `words` are the provider's code and message, else the exception's own."""

    chain: tuple[BaseException, ...]
    status: int | None
    message: str
    words: str
    retry_after: float | None

    def has(self, *kinds: type[BaseException]) -> bool:
        """Whether an exception of one of these classes is in the chain."""
        return any(isinstance(error, kinds) for error in self.chain)

    def named(self, *names: str) -> bool:
        """Whether an exception of a class of one of these names, or of a child of it, is in the chain."""
        return any(kind.__name__ in names for error in self.chain for kind in type(error).__mro__)


def evidence(error: BaseException) -> Evidence:
    """What `error` and all that led to it prove."""
    chain = tuple(_chain(error))
    body = next((body for one in chain if (body := _body(one)) is not None), {})
    message = str(body.get("message") or body.get("detail") or "")
    named = " ".join(str(body[name]) for name in ("code", "type", "status") if body.get(name))
    return Evidence(
        chain=chain,
        status=next((code for one in chain if (code := _status(one)) is not None), None),
        message=message or plain(error),
        words=f"{named} {message or plain(error)}",
        retry_after=next((wait for one in chain if (wait := _retry_after(one)) is not None), None),
    )


def plain(error: BaseException) -> str:
    """The first line of the exception's text, without what litellm puts before it."""
    first = str(error).partition("\n")[0] or type(error).__name__
    return _PREFIX.sub("", first)


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "original_exception", None)]


def _status(error: BaseException) -> int | None:
    code = getattr(getattr(error, "response", None), "status_code", None)
    return code if type(error).__name__ in _ANSWERED and isinstance(code, int) else None


def _body(error: BaseException) -> dict[str, Any] | None:
    """The provider's JSON without the `error` around it; some clients leave it as the exception's text."""
    body = getattr(error, "body", None)
    text = str(error).removeprefix("b'").removesuffix("'")
    if body is None and text.startswith(("{", "[")):
        try:
            body = json.loads(text)
        except ValueError:
            return None
    body = body[0] if isinstance(body, list) and body else body
    if not isinstance(body, dict):
        return None
    inner = body.get("error", body)
    return inner if isinstance(inner, dict) else {"message": str(inner)}


def _retry_after(error: BaseException) -> float | None:
    """Seconds that the provider asks to wait (RFC 9110, 10.2.3: seconds or a date)."""
    headers = getattr(error, "litellm_response_headers", None) or getattr(
        getattr(error, "response", None), "headers", None
    )
    if not headers:
        return None
    milliseconds = headers.get("retry-after-ms") or ""
    if milliseconds.isdigit():
        return int(milliseconds) / 1000
    return _seconds(headers.get("retry-after") or "")


def _seconds(text: str) -> float | None:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
