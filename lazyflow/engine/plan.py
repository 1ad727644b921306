"""A model's key to the numbers that llama.cpp is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lazyflow.engine.contract import ModelKey
from lazyflow.engine.native.context import ContextOptions
from lazyflow.engine.native.model import WeightsOptions
from lazyflow.errors import ModelUnusable

KvCache = Literal["f16", "q8_0", "q4_0"]
KV_BITS: dict[KvCache, float] = {"f16": 16.0, "q8_0": 8.5, "q4_0": 4.5}
SPLIT_MODES = {"none": 0, "layer": 1, "row": 2}
GB = 1e9
MARGIN = 1 << 30
"""Bytes left free for compute buffers and everybody else."""
LARGEST_AUTO, SMALLEST_AUTO = 32768, 2048
"""Tokens a conversation: `context: auto` stays between them, but never over what the model was trained for."""
LARGEST_BATCH = 512
LARGEST_SCRATCH = 256 << 20
"""Bytes of scores that plain attention may keep where flash attention would keep none."""


def kv_bytes(layers: int, kv_width: int, kv_cache: KvCache) -> float:
    """Bytes that one token takes in the KV cache: keys and values of every layer."""
    return 2 * layers * kv_width * KV_BITS[kv_cache] / 8


def kv_type(key: ModelKey) -> KvCache:
    """The type of the KV cache."""
    return "f16" if key.kv_cache == "auto" else key.kv_cache


def context(key: ModelKey, *, trained: int, token_bytes: float, free: int | None) -> int:
    """Tokens a conversation: what was written, or the trained length capped to what `free` bytes take."""
    if key.context != "auto":
        return key.context
    length = min(trained, LARGEST_AUTO)
    if free is not None:
        room = int(max(free - MARGIN, 0) / max(token_bytes * key.parallel, 1))
        length = min(length, max(room // 256 * 256, SMALLEST_AUTO))
    return min(length, trained)


def check_memory(key: ModelKey, *, tokens: int, token_bytes: float, free: int | None) -> None:
    """Raise `ModelUnusable` for a KV cache that cannot be had: the system would start to kill instead of refusing."""
    needed = tokens * key.parallel * token_bytes
    if free is not None and needed > free:
        raise ModelUnusable(
            f"a context of {tokens} tokens for each of {key.parallel} conversations takes {needed / GB:.1f} GB, "
            f"and {free / GB:.1f} GB of memory are free",
            "write a smaller context, fewer parallel conversations or kv_cache: q8_0",
        )


@dataclass(frozen=True, slots=True)
class Offload:
    """How many layers go to which devices (-1: all), and why in a sentence."""

    gpu_layers: int
    devices: tuple[str, ...] = ()
    reason: str = ""


def weights(key: ModelKey, offload: Offload) -> WeightsOptions:
    """How the weights are loaded."""
    return WeightsOptions(
        gpu_layers=offload.gpu_layers,
        main_gpu=key.main_gpu,
        split_mode=None if key.split_mode is None else SPLIT_MODES[key.split_mode],
        tensor_split=key.tensor_split,
        mmap=None if key.mmap == "auto" else key.mmap,
        mlock=None if key.mlock == "auto" else key.mlock,
    )


def flash_attention(key: ModelKey, *, heads: int, tokens: int, offload: Offload) -> bool | None:
    """What was written; on a CPU off while its scratch memory stays small: as fast, and the same text as `Llama`."""
    if key.flash_attention != "auto":
        return key.flash_attention
    small = heads * tokens * LARGEST_BATCH * 4 <= LARGEST_SCRATCH
    return False if small and not offload.gpu_layers and kv_type(key) == "f16" else None


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
