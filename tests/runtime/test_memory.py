from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lazyflow.engine.contract import ModelInfo, ModelKey
from lazyflow.errors import ModelUnusable
from lazyflow.models.found import Found
from lazyflow.runtime.memory import Held, fits


def key(path: Path, **fields: object) -> ModelKey:
    small = ModelKey(path=path, identity=Found(path, (path,), "").identity, context=512, parallel=1)
    return replace(small, **fields)  # type: ignore[arg-type]  # the caller's own names


def held(key: ModelKey, gpu_layers: int = 0) -> Held:
    info = ModelInfo(
        path=key.path,
        description="",
        size=1,
        context=9,
        trained_context=9,
        parallel=1,
        layers=30,
        gpu_layers=gpu_layers,
        devices=("GPU0",) if gpu_layers else (),
    )
    return key, info


def test_a_small_model_fits_beside_another_and_one_without_end_does_not(smollm2: Path) -> None:
    assert fits([key(smollm2)], [])
    assert not fits([key(smollm2, context=1 << 24, parallel=4096)], [])


def test_a_model_on_a_device_goes_before_the_next_one_comes(smollm2: Path) -> None:
    assert not fits([], [held(key(smollm2), gpu_layers=31)])


@pytest.mark.parametrize("gpu_layers", ["auto", "none", 0])
def test_what_the_whole_machine_could_not_hold_is_refused_while_the_old_model_stays(
    smollm2: Path, gpu_layers: str | int
) -> None:
    vast = key(smollm2, context=1 << 24, parallel=4096, gpu_layers=gpu_layers)
    with pytest.raises(ModelUnusable, match=r"needs \d+\.\d GiB of memory and this machine has"):
        fits([vast], [held(key(smollm2))])


def test_what_may_fit_on_a_device_is_tried(smollm2: Path) -> None:
    assert not fits([key(smollm2, context=1 << 24, parallel=4096, gpu_layers="all")], [held(key(smollm2))])
