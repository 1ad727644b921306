"""From a model's key to weights and context in memory: sized before, stepped down where memory runs out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from lazyflow.engine import machine, plan
from lazyflow.engine.contract import ModelKey
from lazyflow.engine.devices import Hardware, hardware
from lazyflow.engine.fit import fit
from lazyflow.engine.native import library
from lazyflow.engine.native.context import Context, ContextOptions
from lazyflow.engine.native.model import Weights
from lazyflow.engine.native_log import OutOfMemory
from lazyflow.engine.placement import Placement
from lazyflow.engine.shape import read_shape
from lazyflow.engine.step_down import Failed, step_down
from lazyflow.errors import ModelUnusable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory and how it came to lie there. The context is freed before the weights."""

    weights: Weights
    context: Context
    placement: Placement


def load(key: ModelKey, progress: Callable[[float], bool], machinery: Hardware | None = None) -> Loaded:
    """Load `key`; `progress` gets 0 to 1 and returns False to stop. `machinery` is asked of the machine where None.

    Raises: `ModelUnusable` for a wish that cannot be had, a file that cannot be read, and memory that is too small
    even for the last step down.
    """
    library.load()  # its environment comes before the first native library
    shape = read_shape(key.path)
    placement: Placement | None = fit(key, shape, machinery or hardware())
    loading = _Loading(key, progress)
    try:
        while placement is not None:
            loaded = loading.attempt(placement)
            if loaded is not None:
                log.info("%s: %s", key.path.name, placement.reason)
                return loaded
            placement = step_down(placement, key, shape, loading.stage)
            if placement:
                log.warning("%s: %s; now %s", key.path.name, loading.failure, placement.reason)
    except BaseException:
        loading.free()
        raise
    loading.free()
    raise ModelUnusable(loading.failure.message, loading.failure.help)


class _Loading:
    """One attempt after another; the weights are kept for the next one where that wants as many layers."""

    def __init__(self, key: ModelKey, progress: Callable[[float], bool]) -> None:
        self._key, self._progress = key, progress
        self._weights: Weights | None = None
        self._layers = -1
        self.stage: Failed = "weights"
        self.failure = ModelUnusable(f"{key.path} was not loaded")

    def attempt(self, placement: Placement) -> Loaded | None:
        """Load so; None where memory ran out, in `stage` and with `failure`. Raises: `ModelUnusable` for the rest."""
        try:
            if self._weights is None or self._layers != placement.gpu_layers:
                self.free()
                self.stage = "weights"
                self._weights = Weights(self._key.path, plan.weights(self._key, placement), self._progress)
                self._layers = placement.gpu_layers
            self.stage = "context"
            return Loaded(self._weights, Context(self._weights, self._options(placement)), placement)
        except OutOfMemory as error:
            self.failure = error
            return None

    def free(self) -> None:
        """Give back the weights of the last attempt."""
        weights, self._weights = self._weights, None
        if weights is not None:
            weights.free()

    def _options(self, placement: Placement) -> ContextOptions:
        return plan.context_options(self._key, tokens=placement.context, threads=machine.threads())
