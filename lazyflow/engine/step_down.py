"""What to try next when memory ran out in a load after all. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from lazyflow.engine.contract import ModelKey
from lazyflow.engine.fit import COMFORTABLE, SMALLEST, STEP
from lazyflow.engine.placement import Placement
from lazyflow.engine.shape import ModelShape

Failed = Literal["weights", "context"]


def step_down(placement: Placement, key: ModelKey, shape: ModelShape, failed: Failed) -> Placement | None:
    """What to try next after memory ran out while `failed` was made; None where nothing smaller is left.

    Fewer layers on the device where the weights were too many; else first a shorter context, where that is ours to
    choose, down to a comfortable one, then fewer layers, then the shortest context.
    """
    layers, context, free = placement.gpu_layers, placement.context, key.context == "auto"
    if failed == "context" and free and context > COMFORTABLE:
        context = max(context // 2 // STEP * STEP, COMFORTABLE)
    elif layers:
        layers //= 2
    elif failed == "context" and free and context > SMALLEST:
        context = max(context // 2 // STEP * STEP, SMALLEST)
    else:
        return None
    everything = shape.layers + 1
    what = f"{layers} of {everything} layers on {', '.join(placement.devices)}" if layers else "on the processor"
    where = ", ".join(placement.devices) or "the host"
    return replace(
        placement,
        gpu_layers=layers,
        context=context,
        tensor_split=placement.tensor_split if layers else (),
        devices=placement.devices if layers else (),
        reason=f"{what}; {context} tokens for each of {key.parallel} conversations: "
        f"{where} had no memory for {placement.gpu_layers} layers with {placement.context} tokens",
    )
