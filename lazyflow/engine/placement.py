"""Where the parts of a model lie and what they take: layers by device, bytes by place. Pure arithmetic."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from lazyflow.engine.shape import ModelShape

KvCache = Literal["f16", "q8_0", "q4_0"]
KV_BITS: dict[KvCache, float] = {"f16": 16.0, "q8_0": 8.5, "q4_0": 4.5}
"""Bits an element, the blocks' scales included."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What a model is loaded with.

    `gpu_layers` counts as llama.cpp does: the output layer and `gpu_layers - 1` others. `context` is tokens a
    conversation, `devices` the names of those that take a part, `reason` the choice in one sentence.
    """

    gpu_layers: int
    context: int
    tensor_split: tuple[float, ...] = ()
    devices: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What besides the model decides about memory: `ubatch` tokens go through the layers at once."""

    parallel: int
    kv_cache: KvCache = "f16"
    flash_attention: bool = True
    ubatch: int = 512


@dataclass(frozen=True, slots=True)
class Demand:
    """Bytes: on the host and on each device."""

    host: int
    devices: tuple[int, ...]


def assign(layers: int, gpu_layers: int, shares: Sequence[float]) -> tuple[int | None, ...]:
    """The device of each layer, the output layer last; None is the host.

    The rule is llama.cpp's (src/llama-model.cpp, `get_layer_buft_list`): the last `gpu_layers` of all `layers + 1`
    are spread over the devices in proportion to `shares`.
    """
    total = sum(shares)
    count = min(gpu_layers, layers + 1)
    if count <= 0 or total <= 0:
        return (None,) * (layers + 1)
    borders = [share / total for share in accumulate(shares)]
    start = layers + 1 - count
    last = len(shares) - 1
    spread = tuple(min(bisect_right(borders, at / count), last) for at in range(count))
    return (None,) * start + spread


def kv_bytes(width: int, tokens: int, kv_cache: KvCache) -> int:
    """What a layer of `width` elements a token takes for `tokens`."""
    return int(width * tokens * KV_BITS[kv_cache] / 8)


def compute_bytes(shape: ModelShape, context: int, load: Load) -> int:
    """The working memory of a step on one device, rounded up.

    An upper estimate of what llama.cpp's graph allocator comes to: activations of a ubatch (a few widths, the
    feed-forward twice) in F32, the attention mask, the scores of all heads where flash attention is off, and the
    logits of a token a conversation.
    """
    tokens = -(-context // 256) * 256
    activations = 4 * load.ubatch * (8 * shape.width + 3 * shape.feed_forward)
    mask = 6 * load.ubatch * tokens
    scores = 0 if load.flash_attention else 4 * load.ubatch * tokens * shape.heads
    logits = 4 * shape.vocabulary * load.parallel
    return activations + mask + scores + logits


def demand(shape: ModelShape, gpu_layers: int, context: int, shares: Sequence[float], load: Load) -> Demand:
    """What host and devices must have for `gpu_layers` and conversations of `context` tokens."""
    tokens = -(-context // 256) * 256 * load.parallel
    compute = compute_bytes(shape, context, load)
    host, devices = shape.input + compute, [0] * len(shares)
    sizes = [
        weights + kv_bytes(width, tokens, load.kv_cache)
        for weights, width in zip(shape.weights, shape.kv_widths, strict=True)
    ]
    places = assign(shape.layers, gpu_layers, shares)
    for place, size, on_device in zip(places, (*sizes, shape.output), (*sizes, shape.output + shape.tied), strict=True):
        if place is None:
            host += size
        else:
            devices[place] += on_device
    used = set(places)
    return Demand(host, tuple(size + compute * (at in used) for at, size in enumerate(devices)))
