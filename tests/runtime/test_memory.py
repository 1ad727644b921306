from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lazyflow.engine.contract import ModelKey
from lazyflow.errors import ModelUnusable
from lazyflow.models.found import Found
from lazyflow.runtime.memory import fits
from tests.runtime.fake_models import EchoModel


def key(path: Path, **fields: object) -> ModelKey:
    small = ModelKey(path=path, identity=Found(path, (path,), "").identity, context=512, parallel=1)
    return replace(small, **fields)  # type: ignore[arg-type]  # the caller's own names


def held(key: ModelKey, gpu_layers: int = 0) -> tuple[ModelKey, EchoModel]:
    model = EchoModel(key, lambda _: None)
    model.info = replace(model.info, gpu_layers=gpu_layers)
    return key, model


async def test_a_small_model_fits_beside_another_and_one_without_end_does_not(smollm2: Path) -> None:
    assert await fits([key(smollm2)], [])
    assert not await fits([key(smollm2, context=1 << 24, parallel=4096)], [])


async def test_a_model_on_a_device_is_asked_whether_the_next_one_fits_beside_it(smollm2: Path) -> None:
    old, model = held(key(smollm2), gpu_layers=31)
    assert await fits([key(smollm2)], [(old, model)])
    model.roomy = False
    assert not await fits([key(smollm2)], [(old, model)])
    model.roomy, model.closed = True, True
    assert not await fits([key(smollm2)], [(old, model)])


@pytest.mark.parametrize("gpu_layers", ["auto", "none", 0])
async def test_what_the_whole_machine_could_not_hold_is_refused_while_the_old_model_stays(
    smollm2: Path, gpu_layers: str | int
) -> None:
    vast = key(smollm2, context=1 << 24, parallel=4096, gpu_layers=gpu_layers)
    with pytest.raises(ModelUnusable, match=r"needs \d+\.\d GiB of memory and this machine has"):
        await fits([vast], [held(key(smollm2))])


async def test_what_may_fit_on_a_device_is_tried(smollm2: Path) -> None:
    assert not await fits([key(smollm2, context=1 << 24, parallel=4096, gpu_layers="all")], [held(key(smollm2))])
