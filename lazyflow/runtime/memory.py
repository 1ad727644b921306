"""Whether new models fit into memory beside those that they replace."""

from __future__ import annotations

from collections.abc import Sequence

from lazyflow.engine.contract import ModelInfo, ModelKey
from lazyflow.engine.fit import COMFORTABLE, MARGIN, load_of
from lazyflow.engine.memory import host_memory
from lazyflow.engine.placement import demand
from lazyflow.engine.shape import read_shape


def fits(keys: Sequence[ModelKey], leaving: Sequence[ModelInfo]) -> bool:
    """Whether `keys` can be loaded while `leaving` stay. Reads the files' headers: blocks.

    True where the machine does not tell what is free. What is free on a device only its driver can tell, at the cost of
    memory there: a model that uses one goes first.

    Raises: `ModelUnusable`.
    """
    if any(info.gpu_layers for info in leaving):
        return False
    memory = host_memory()
    return memory is None or sum(_needed(key) for key in keys) + MARGIN <= memory.free


def _needed(key: ModelKey) -> int:
    """Bytes on the host where nothing goes to a device."""
    shape = read_shape(key.path)
    context = min(shape.trained_context or COMFORTABLE, COMFORTABLE) if key.context == "auto" else key.context
    return demand(shape, 0, context, (), load_of(key)).host
