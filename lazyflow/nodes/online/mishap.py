"""What went wrong with a provider, as a value: told apart by what happened, not by the exception's class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "wrong_key",
    "forbidden",
    "unknown_model",
    "no_credit",
    "rate_limit",
    "context_window",
    "content",
    "bad_request",
    "provider",
    "dns",
    "tls",
    "unreachable",
    "silent",
    "stalled",
    "cut",
    "malformed",
    "unfinished",
    "bad_answer",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One failed request. `detail` is the provider's own text, without keys; `retry_after` is seconds."""

    kind: Kind
    detail: str = ""
    status: int | None = None
    retry_after: float | None = None


class Broken(Exception):
    """A request failed. It is raised outside of any handler, so that no exception with a key in it hangs on."""

    def __init__(self, mishap: Mishap) -> None:
        super().__init__(mishap.kind)
        self.mishap = mishap
