"""Logprobs in OpenAI's two forms, from flat pairs: for each token itself, then those of the likeliest."""

from __future__ import annotations

from typing import Any

Logprobs = tuple[tuple[str, float], ...]
LEAST = -9999.0
"""Stands for a probability of 0, whose logarithm JSON cannot say."""


def grouped(pairs: Logprobs, likeliest: int) -> list[Logprobs]:
    """The pairs of each token."""
    size = likeliest + 1
    return [pairs[start : start + size] for start in range(0, len(pairs), size)]


def chat_logprobs(pairs: Logprobs, likeliest: int | None) -> dict[str, Any] | None:
    """The form of `/v1/chat/completions`; None where none were asked for, or the model tells none."""
    if likeliest is None or not pairs:
        return None
    content = [
        {**_one(group[0]), "top_logprobs": [_one(pair) for pair in group[1:]]} for group in grouped(pairs, likeliest)
    ]
    return {"content": content, "refusal": None}


def text_logprobs(pairs: Logprobs, likeliest: int | None, start: int) -> dict[str, Any] | None:
    """The form of `/v1/completions`; `start` is how many characters stand before these tokens."""
    if likeliest is None or not pairs:
        return None
    groups = grouped(pairs, likeliest)
    offsets, offset = [], start
    for group in groups:
        offsets.append(offset)
        offset += len(group[0][0])
    return {
        "tokens": [group[0][0] for group in groups],
        "token_logprobs": [_finite(group[0][1]) for group in groups],
        "top_logprobs": [{token: _finite(value) for token, value in group[1:]} for group in groups],
        "text_offset": offsets,
    }


def _one(pair: tuple[str, float]) -> dict[str, Any]:
    token, value = pair
    return {"token": token, "logprob": _finite(value), "bytes": list(token.encode("utf-8", "replace"))}


def _finite(value: float) -> float:
    return max(value, LEAST)
