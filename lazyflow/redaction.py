"""Secrets never leave: what is told to people, logged or raised is passed through a `Redaction` first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

MASK = "***"
SHORTEST = 4  # a shorter text is no secret, and masking it would mangle ordinary words
_SECRET_NAME = re.compile(r"key|token|secret|password|authorization|credential|cookie", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Redaction:
    """Masks `secrets` (the longest first) wherever they stand in a text; call it with the text."""

    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __call__(self, text: str) -> str:
        """`text` without the secrets."""
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return text


def redaction(secrets: Iterable[str | None]) -> Redaction:
    """A `Redaction` of these secrets, also as they look in a URL and in JSON. Empty ones are ignored."""
    forms: set[str] = set()
    for secret in secrets:
        if secret and len(bare := secret.strip().removeprefix("Bearer ")) >= SHORTEST:
            forms |= {bare, quote(bare, safe=""), json.dumps(bare)[1:-1]}
    return Redaction(tuple(sorted(forms, key=len, reverse=True)))


def secrets_in(options: Mapping[str, Any]) -> list[str]:
    """The texts in nested options that stand under a name such as `api_key` or `Authorization`."""
    found: list[str] = []
    for name, value in options.items():
        if isinstance(value, Mapping):
            found += secrets_in(value)
        elif isinstance(value, str) and _SECRET_NAME.search(name):
            found.append(value)
    return found
