"""A model's key to the numbers that llama.cpp is given."""

from __future__ import annotations

from lazyflow.engine.contract import ModelKey
from lazyflow.engine.native.context import ContextOptions
from lazyflow.engine.native.model import WeightsOptions
from lazyflow.engine.placement import KvCache, Placement

SPLIT_MODES = {"none": 0, "layer": 1, "row": 2}
LARGEST_BATCH = 512


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


def context_options(key: ModelKey, *, tokens: int, threads: int) -> ContextOptions:
    """How the context is made."""
    return ContextOptions(
        context=tokens,
        sequences=key.parallel,
        batch=max(LARGEST_BATCH, key.parallel) if key.batch == "auto" else key.batch,
        threads=threads if key.threads == "auto" else key.threads,
        flash_attention=None if key.flash_attention == "auto" else key.flash_attention,
        kv_cache=kv_type(key),
    )
