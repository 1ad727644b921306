"""Whether models fit into memory beside those that are there."""

from __future__ import annotations

from collections.abc import Iterable

from lazyflow.engine.contract import ModelKey
from lazyflow.engine.machine import free_memory

# What a model takes beside its weights (KV cache, compute buffers), at the least.
ASIDE = 256 << 20


def fits(keys: Iterable[ModelKey]) -> bool:
    """Whether all of them can be loaded now with nothing freed before. True where the machine does not tell."""
    free = free_memory()
    needed = sum(ASIDE + sum(size for size, _, _ in key.identity) for key in keys)
    return free is None or needed <= free
