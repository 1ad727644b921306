"""What a plain scalar means: YAML 1.2's core schema, so `no`, `on`, `1:30` and dates are text."""

from __future__ import annotations

import re

from lazyflow.spec.tree import Plain

WORDS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
LONGEST_NUMBER = 64
STARTS = frozenset("+-.0123456789")


def resolve(text: str) -> Plain:
    """The value of a plain scalar. A number of more than 64 characters stays text: Python refuses huge ones."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in STARTS or len(text) > LONGEST_NUMBER:
        return text
    if INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
