from __future__ import annotations

import pytest

from lazyflow.engine.devices import Device, Hardware, hardware


def device(name: str, kind: str, backend: str) -> Device:
    return Device(name=name, kind=kind, backend=backend, free=1, total=1)  # type: ignore[arg-type]  # a table of texts


CPU, CUDA, RPC = device("CPU", "cpu", "CPU"), device("CUDA0", "gpu", "CUDA"), device("RPC0", "gpu", "RPC")
IGPU, BLAS = device("Vulkan0", "igpu", "Vulkan"), device("BLAS", "accel", "BLAS")


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ((CPU,), ()),
        ((CPU, BLAS), ()),
        ((CUDA, CPU), (CUDA,)),
        ((CUDA, CPU, RPC), (RPC, CUDA)),
        ((CUDA, IGPU, CPU), (CUDA,)),
        ((IGPU, CPU), (IGPU,)),
        ((IGPU, RPC, CPU), (RPC, IGPU)),
    ],
)
def test_layers_go_to_devices_in_llama_cpps_order(devices: tuple[Device, ...], expected: tuple[Device, ...]) -> None:
    assert Hardware(devices=devices).offload == expected


def test_a_build_for_the_processor_is_built_for_nothing_else() -> None:
    assert Hardware(backends=("CPU", "BLAS")).built_for == ()
    assert Hardware(backends=("CUDA", "CPU")).built_for == ("CUDA",)


def test_this_machine_has_a_processor_and_memory() -> None:
    found = hardware()
    assert [device.backend for device in found.devices if device.kind == "cpu"] == ["CPU"]
    assert found.host is not None
    assert "CPU" in found.backends
