"""Whether new models fit into memory beside those that they replace."""

from __future__ import annotations

from collections.abc import Sequence

from lazyflow.engine.contract import ModelInfo, ModelKey
from lazyflow.engine.fit import COMFORTABLE, MARGIN, check_total, least
from lazyflow.engine.memory import host_memory
from lazyflow.engine.shape import read_shape

Held = tuple[ModelKey, ModelInfo]
"""A model in memory."""


def fits(keys: Sequence[ModelKey], leaving: Sequence[Held]) -> bool:
    """Whether `keys` can be loaded while `leaving` stay. Reads the files' headers: blocks.

    True where the machine does not tell what is free. What is free on a device only its driver can tell, at the cost of
    memory there: a model that uses one goes first.

    Raises: `ModelUnusable`, also for a model that the whole machine could not hold.
    """
    if any(info.gpu_layers for _, info in leaving):
        return False
    memory = host_memory()
    if memory is None:
        return True
    shapes = [read_shape(key.path) for key in keys]
    for key, shape in zip(keys, shapes, strict=True):
        if on_host(key, leaving):
            check_total(key, shape, memory.total)
    needed = sum(least(key, shape, COMFORTABLE) for key, shape in zip(keys, shapes, strict=True))
    return needed + MARGIN <= memory.free


def on_host(key: ModelKey, leaving: Sequence[Held]) -> bool:
    """Whether a model is known to stay off devices, as those did that asked for them in the same words."""
    return key.gpu_layers in {"none", 0} or key.gpu_layers in {held.gpu_layers for held, _ in leaving}
