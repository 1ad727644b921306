"""A model's key to the numbers that llama.cpp is given."""

from __future__ import annotations

from lazyflow.engine.contract import ModelKey
from lazyflow.engine.native.context import ContextOptions
from lazyflow.engine.native.model import WeightsOptions
from lazyflow.engine.placement import KvCache, Placement

SPLIT_MODES = {"none": 0, "layer": 1, "row": 2}
LARGEST_BATCH = 512
LARGEST_SCRATCH = 256 << 20
"""Bytes of scores that plain attention may keep where flash attention would keep none."""


def kv_type(key: ModelKey) -> KvCache:
    """The type of the KV cache."""
    return "f16" if key.kv_cache == "auto" else key.kv_cache


def weights(key: ModelKey, placement: Placement) -> WeightsOptions:
    """How the weights are loaded."""
    return WeightsOptions(
        gpu_layers=placement.gpu_layers,
        main_gpu=key.main_gpu,
        split_mode=None if key.split_mode is None else SPLIT_MODES[key.split_mode],
        tensor_split=placement.tensor_split,
        mmap=None if key.mmap == "auto" else key.mmap,
        mlock=None if key.mlock == "auto" else key.mlock,
    )


def flash_attention(key: ModelKey, heads: int, placement: Placement) -> bool | None:
    """What was written; on a CPU off while its scratch memory stays small: as fast, and the same text as `Llama`."""
    if key.flash_attention != "auto":
        return key.flash_attention
    small = heads * placement.context * LARGEST_BATCH * 4 <= LARGEST_SCRATCH
    return False if small and not placement.gpu_layers and kv_type(key) == "f16" else None


def context_options(key: ModelKey, *, tokens: int, threads: int, flash_attention: bool | None) -> ContextOptions:
    """How the context is made."""
    return ContextOptions(
        context=tokens,
        sequences=key.parallel,
        batch=max(LARGEST_BATCH, key.parallel) if key.batch == "auto" else key.batch,
        threads=threads if key.threads == "auto" else key.threads,
        flash_attention=flash_attention,
        kv_cache=kv_type(key),
    )
