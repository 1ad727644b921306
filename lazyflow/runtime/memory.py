"""Whether new models fit into memory beside those that they replace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from lazyflow.engine.contract import EngineError, LoadedModel, ModelKey
from lazyflow.engine.fit import COMFORTABLE, MARGIN, check_total, least
from lazyflow.engine.memory import host_memory
from lazyflow.engine.shape import read_shape

Held = tuple[ModelKey, LoadedModel]
"""A model in memory."""


async def fits(keys: Sequence[ModelKey], leaving: Sequence[Held]) -> bool:
    """Whether `keys` can be loaded while `leaving` stay; True where the machine does not tell what is free.

    What is free on a device only its driver can tell, at the cost of memory there: a model that uses one is asked.

    Raises: `ModelUnusable`, also for a model that the whole machine could not hold.
    """
    on_device = [model for _, model in leaving if model.info.gpu_layers]
    if not on_device:
        return await asyncio.to_thread(on_host, keys, [key for key, _ in leaving])
    try:
        return await on_device[0].beside(keys)
    except EngineError:
        return False


def on_host(keys: Sequence[ModelKey], leaving: Sequence[ModelKey]) -> bool:
    """As `fits` where no device is used. Reads the files' headers: blocks. Raises: `ModelUnusable`."""
    memory = host_memory()
    if memory is None:
        return True
    shapes = [read_shape(key.path) for key in keys]
    for key, shape in zip(keys, shapes, strict=True):
        # What stayed off devices before stays so now, if it is asked for in the same words.
        if key.gpu_layers in {"none", 0, *(old.gpu_layers for old in leaving)}:
            check_total(key, shape, memory.total)
    needed = sum(least(key, shape, COMFORTABLE) for key, shape in zip(keys, shapes, strict=True))
    return needed + MARGIN <= memory.free
