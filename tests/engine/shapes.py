"""Models as placement sees them: a small one as its header says, and one of 7 billion parameters."""

from __future__ import annotations

from lazyflow.engine.shape import ModelShape

SMOL = ModelShape(
    weights=(2_216_448,) * 30,
    kv_widths=(384,) * 30,
    input=30_081_024,
    output=2304,
    tied=30_081_024,
    trained_context=8192,
    width=576,
    feed_forward=1536,
    heads=9,
    vocabulary=49152,
)
SEVEN_B = ModelShape(
    weights=(126 * 2**20,) * 32,
    kv_widths=(2048,) * 32,
    input=70 * 2**20,
    output=100 * 2**20,
    trained_context=32768,
    width=4096,
    feed_forward=14336,
    heads=32,
    vocabulary=32000,
)
