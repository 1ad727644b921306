"""Sampling parameters as the engine uses them: defaults filled in, ranges checked."""

from __future__ import annotations

import math
import secrets

from lazyflow.engine.contract import InvalidRequest
from lazyflow.engine.native.sampler import ChainOptions
from lazyflow.spec.sampling import Sampling

PENALTY_LAST = 64
"""Tokens that the penalties look back, as in llama.cpp."""
RANGES = {
    "temperature": (0.0, 100.0),
    "top_p": (0.0, 1.0),
    "top_k": (0, 1 << 31),
    "min_p": (0.0, 1.0),
    "repeat_penalty": (0.0, 100.0),
    "presence_penalty": (-100.0, 100.0),
    "frequency_penalty": (-100.0, 100.0),
    "max_tokens": (1, 1 << 31),
    "seed": (-(1 << 63), 1 << 64),
}


def check(sampling: Sampling) -> None:
    """Raise `InvalidRequest` for a number that is out of its range."""
    for name, (least, most) in RANGES.items():
        value = getattr(sampling, name)
        if value is not None and not (math.isfinite(value) and least <= value <= most):
            raise InvalidRequest(f"{name} {value} is out of range", f"write a number from {least} to {most}")
    if sampling.repeat_penalty == 0:
        raise InvalidRequest("repeat_penalty 0 would divide by nothing", "write 1 for no penalty")


def options(sampling: Sampling) -> ChainOptions:
    """The numbers to sample by; what the user left open is llama.cpp's own default, the seed is drawn anew."""
    check(sampling)
    seed = sampling.seed if sampling.seed is not None and sampling.seed >= 0 else secrets.randbits(32)
    return ChainOptions(
        temperature=_or(sampling.temperature, 0.8),
        top_k=int(_or(sampling.top_k, 40)),
        top_p=_or(sampling.top_p, 0.95),
        min_p=_or(sampling.min_p, 0.05),
        repeat_penalty=_or(sampling.repeat_penalty, 1.0),
        presence_penalty=_or(sampling.presence_penalty, 0.0),
        frequency_penalty=_or(sampling.frequency_penalty, 0.0),
        penalty_last=PENALTY_LAST,
        seed=seed & 0xFFFFFFFF,
    )


def greedy(chosen: ChainOptions) -> bool:
    """Whether the likeliest token is simply taken."""
    penalised = chosen.repeat_penalty != 1.0 or chosen.presence_penalty or chosen.frequency_penalty
    return chosen.temperature <= 0 and not penalised


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
