from __future__ import annotations

from pathlib import Path

from lazyflow.engine.contract import ModelInfo, ModelKey
from lazyflow.models.found import Found
from lazyflow.runtime.memory import fits


def test_a_small_model_fits_beside_another_and_one_without_end_does_not(smollm2: Path) -> None:
    identity = Found(smollm2, (smollm2,), "").identity
    assert fits([ModelKey(path=smollm2, identity=identity, context=512, parallel=1)], [])
    assert not fits([ModelKey(path=smollm2, identity=identity, context=1 << 24, parallel=4096)], [])


def test_a_model_on_a_device_goes_before_the_next_one_comes(smollm2: Path) -> None:
    on_device = ModelInfo(
        path=smollm2,
        description="",
        size=1,
        context=9,
        trained_context=9,
        parallel=1,
        layers=30,
        gpu_layers=31,
        devices=("GPU0",),
    )
    assert not fits([], [on_device])
