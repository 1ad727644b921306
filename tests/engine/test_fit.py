from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lazyflow.engine.contract import ModelKey
from lazyflow.engine.devices import CUDA_INSTALL, Device, Hardware
from lazyflow.engine.fit import COMFORTABLE, MARGIN, beside, fit
from lazyflow.engine.memory import HostMemory
from lazyflow.engine.shape import ModelShape
from lazyflow.errors import ModelUnusable
from tests.engine.shapes import SEVEN_B, SMOL

GIB = 1 << 30


def key(**wishes: Any) -> ModelKey:
    return ModelKey(path=Path("/models/m.gguf"), identity=(), **wishes)


def machine(*gpus: float, host: float | None = 64, backends: tuple[str, ...] = ()) -> Hardware:
    return Hardware(
        devices=(
            *(
                Device(name=f"CUDA{at}", kind="gpu", free=int(free * GIB), total=int(free * GIB), backend="CUDA")
                for at, free in enumerate(gpus)
            ),
            Device(name="CPU", kind="cpu", free=0, total=0, backend="CPU"),
        ),
        backends=(*backends, *(("CUDA",) if gpus else ()), "CPU"),
        host=None if host is None else HostMemory(int(host * GIB), 64 * GIB),
    )


@pytest.mark.parametrize(
    ("wishes", "shape", "hardware", "layers", "context"),
    [
        ({}, SMOL, machine(), 0, 8192),
        ({}, SMOL, machine(host=None), 0, 8192),
        ({"gpu_layers": "none"}, SMOL, machine(80), 0, 8192),
        ({"gpu_layers": 0}, SMOL, machine(), 0, 8192),
        ({}, SMOL, machine(80), 31, 8192),
        ({"gpu_layers": "all"}, SMOL, machine(80), 31, 8192),
        ({"gpu_layers": 10}, SMOL, machine(80), 10, 8192),
        ({"gpu_layers": 500}, SMOL, machine(80), 31, 8192),
        ({}, SEVEN_B, machine(80), 33, 32768),
        ({}, SEVEN_B, machine(1), 0, 32768),
        ({}, SEVEN_B, machine(0.5), 0, 32768),
        ({"context": 1000}, SMOL, machine(), 0, 1000),
        ({"context": 100_000, "parallel": 1}, SMOL, machine(), 0, 100_000),
        ({"gpu_layers": "all", "context": 32768}, SEVEN_B, machine(2), 33, 32768),
    ],
)
def test_layers_and_context_follow_wish_and_memory(
    wishes: dict[str, Any], shape: ModelShape, hardware: Hardware, layers: int, context: int
) -> None:
    placement = fit(key(**wishes), shape, hardware)
    assert (placement.gpu_layers, placement.context) == (layers, context)


def test_a_device_that_takes_a_part_gets_as_many_layers_as_fit_beside_a_comfortable_context() -> None:
    few, more = (fit(key(), SEVEN_B, machine(free)) for free in (4, 6))
    assert 0 < few.gpu_layers < more.gpu_layers < 33
    assert few.context >= COMFORTABLE
    assert few.devices == ("CUDA0",)


def test_a_shorter_context_comes_before_fewer_layers() -> None:
    placement = fit(key(), SEVEN_B, machine(10))
    assert placement.gpu_layers == 33
    assert COMFORTABLE <= placement.context < 32768
    assert placement.context % 256 == 0


def test_more_memory_never_gives_less() -> None:
    placements = [fit(key(), SEVEN_B, machine(free / 4)) for free in range(4, 60)]
    layers = [placement.gpu_layers for placement in placements]
    assert layers == sorted(layers)
    full = [placement.context for placement in placements if placement.gpu_layers == 33]
    assert full == sorted(full)


def test_the_context_shrinks_to_the_host_memory_and_stays_a_step() -> None:
    placement = fit(key(), SEVEN_B, machine(host=8))
    assert 512 <= placement.context < 32768
    assert placement.context % 256 == 0


@pytest.mark.parametrize("wish", ["all", 12])
def test_offload_on_a_build_for_the_processor_is_refused_with_the_way_to_install_one(wish: object) -> None:
    with pytest.raises(ModelUnusable) as caught:
        fit(key(gpu_layers=wish), SMOL, machine())
    assert f"gpu_layers: {wish} needs a GPU" in caught.value.message
    assert CUDA_INSTALL in caught.value.help


def test_a_cuda_build_without_a_device_is_told_to_look_at_its_driver() -> None:
    with pytest.raises(ModelUnusable) as caught:
        fit(key(gpu_layers="all"), SMOL, machine(backends=("CUDA",)))
    assert "driver" in caught.value.help
    assert "finds no GPU" in fit(key(), SMOL, machine(backends=("CUDA",))).reason


def test_a_model_larger_than_memory_is_refused() -> None:
    with pytest.raises(ModelUnusable, match=r"m\.gguf needs .* and 2\.0 GiB is free"):
        fit(key(), SEVEN_B, machine(host=2))
    with pytest.raises(ModelUnusable, match="needs"):
        fit(key(gpu_layers="none"), SEVEN_B, machine(80, host=2))


def test_a_model_larger_than_host_memory_may_still_fit_on_the_device() -> None:
    assert fit(key(), SEVEN_B, machine(24, host=2)).gpu_layers == 33


def test_a_context_that_is_too_long_is_refused_with_the_longest_that_fits() -> None:
    with pytest.raises(ModelUnusable) as caught:
        fit(key(context=1_000_000), SMOL, machine(host=20))
    longest = int(caught.value.help.split("context: ")[1].split()[0])
    assert fit(key(context=longest), SMOL, machine(host=20)).context == longest
    with pytest.raises(ModelUnusable):
        fit(key(context=longest + 256), SMOL, machine(host=20))


def test_a_small_memory_gives_a_short_context_rather_than_none() -> None:
    assert fit(key(), SMOL, machine(host=0.5)).context >= 512


def test_a_model_trained_on_little_keeps_its_length() -> None:
    short = ModelShape(
        weights=(1000,),
        kv_widths=(8,),
        input=1,
        output=1,
        trained_context=77,
        width=8,
        feed_forward=8,
        heads=1,
        vocabulary=10,
    )
    assert fit(key(), short, machine()).context == 77


def test_two_devices_share_by_the_room_they_have() -> None:
    placement = fit(key(), SEVEN_B, machine(9, 17))
    assert placement.gpu_layers == 33
    assert placement.devices == ("CUDA0", "CUDA1")
    assert placement.tensor_split[1] == 2 * placement.tensor_split[0]


def test_a_split_that_was_written_is_kept() -> None:
    placement = fit(key(tensor_split=(3.0, 1.0)), SMOL, machine(9, 9))
    assert placement.tensor_split == (3.0, 1.0)
    assert fit(key(tensor_split=(1.0,)), SMOL, machine(9, 9)).devices == ("CUDA0",)


@pytest.mark.parametrize("split", [(1.0, 1.0, 1.0), (0.0, 0.0), (-1.0, 2.0)])
def test_a_split_that_cannot_be_meant_is_refused(split: tuple[float, ...]) -> None:
    with pytest.raises(ModelUnusable, match="tensor_split"):
        fit(key(tensor_split=split), SMOL, machine(9, 9))


def test_one_device_is_used_where_split_mode_is_none() -> None:
    placement = fit(key(split_mode="none", main_gpu=1), SMOL, machine(9, 9))
    assert placement.devices == ("CUDA1",)
    assert placement.tensor_split == ()
    with pytest.raises(ModelUnusable, match="main_gpu: 2"):
        fit(key(split_mode="none", main_gpu=2), SMOL, machine(9, 9))


def test_an_integrated_gpu_takes_its_memory_from_the_host() -> None:
    def laptop(host: int) -> Hardware:
        shared = Device(name="Vulkan0", kind="igpu", free=64 * GIB, total=64 * GIB, backend="Vulkan")
        return Hardware(devices=(shared,), backends=("Vulkan", "CPU"), host=HostMemory(host * GIB, 64 * GIB))

    assert fit(key(), SEVEN_B, laptop(32)).gpu_layers == 33
    with pytest.raises(ModelUnusable):
        fit(key(gpu_layers="all"), SEVEN_B, laptop(2))


def test_the_reason_is_one_sentence_that_names_the_device() -> None:
    assert fit(key(), SMOL, machine(80)).reason == (
        "all 31 of 31 layers fit on CUDA0 (80.0 GiB free); 8192 tokens for each of 4 conversations"
    )
    assert "built for it alone" in fit(key(), SMOL, machine()).reason


def test_a_margin_stays_free_on_the_device() -> None:
    assert fit(key(parallel=1, context=512), SMOL, machine((MARGIN + 2**20) / GIB)).gpu_layers == 0


@pytest.mark.parametrize(
    ("wishes", "shape", "hardware", "count"),
    [
        ({}, SMOL, machine(host=2), 2),
        ({}, SMOL, machine(host=1), 0),
        ({}, SMOL, machine(host=None), 9),
        ({}, SEVEN_B, machine(24), 3),
        ({}, SEVEN_B, machine(12, 12), 3),
        ({}, SEVEN_B, machine(4), 0),
        ({"gpu_layers": "none"}, SEVEN_B, machine(4, host=16), 2),
        ({"gpu_layers": 5}, SEVEN_B, machine(4, host=16), 2),
        ({"context": 1 << 20}, SEVEN_B, machine(80), 0),
    ],
)
def test_so_many_models_fit_beside_each_other(
    wishes: dict[str, Any], shape: ModelShape, hardware: Hardware, count: int
) -> None:
    wanted = [(key(**wishes), shape)] * 9
    assert [beside(wanted[:many], hardware) for many in range(1, 10)] == [many <= count for many in range(1, 10)]
