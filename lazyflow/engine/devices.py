"""What a model can be computed on: ggml's devices and the memory that is free on them."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Literal

from lazyflow.engine.memory import HostMemory, host_memory
from lazyflow.engine.native.ggml import Ggml

Kind = Literal["cpu", "gpu", "igpu", "accel", "meta"]
_KINDS: tuple[Kind, ...] = ("cpu", "gpu", "igpu", "accel", "meta")  # ggml_backend_dev_type (ggml-backend.h)
_PLAIN = {"CPU", "BLAS", "AMX"}
CUDA_INSTALL = 'CMAKE_ARGS="-DGGML_CUDA=on" pip install --no-binary llama-cpp-python llama-cpp-python'


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One ggml device. Bytes; an `igpu` shares the host's memory. `backend` is what drives it (`CUDA`, `RPC`)."""

    name: str
    kind: Kind
    free: int
    total: int
    description: str = ""
    backend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """Everything a placement depends on. `host` is None where the system does not tell its memory.

    `backends` are those of the installed llama.cpp; `devices` all of theirs in ggml's order.
    """

    devices: tuple[Device, ...] = ()
    backends: tuple[str, ...] = ("CPU",)
    host: HostMemory | None = None

    @property
    def offload(self) -> tuple[Device, ...]:
        """The devices that layers can go to, in the order in which llama.cpp counts them.

        RPC servers first, then GPUs, integrated ones only where there is no other GPU (src/llama.cpp).
        """
        remote = tuple(device for device in self.devices if device.kind == "gpu" and device.backend == "RPC")
        gpus = tuple(device for device in self.devices if device.kind == "gpu" and device.backend != "RPC")
        shared = () if gpus else tuple(device for device in self.devices if device.kind == "igpu")
        return remote + gpus + shared

    @property
    def built_for(self) -> tuple[str, ...]:
        """The backends of this build that drive something else than the processor: none for a CPU build."""
        return tuple(name for name in self.backends if name not in _PLAIN)


def hardware() -> Hardware:
    """Ask ggml and the system now. Takes milliseconds and does not import llama_cpp.

    Raises: `MissingExtra` without llama-cpp-python, `LazyflowError` for an installation without its libraries.
    """
    ggml = Ggml()
    registry, base = ggml.registry, ggml.base
    backends = [
        _text(base.ggml_backend_reg_name(registry.ggml_backend_reg_get(at)))
        for at in range(registry.ggml_backend_reg_count())
    ]
    found = tuple(_device(ggml, registry.ggml_backend_dev_get(at)) for at in range(registry.ggml_backend_dev_count()))
    return Hardware(devices=found, backends=tuple(backends), host=host_memory())


def _device(ggml: Ggml, pointer: int) -> Device:
    base, free, total = ggml.base, ctypes.c_size_t(), ctypes.c_size_t()
    base.ggml_backend_dev_memory(pointer, ctypes.byref(free), ctypes.byref(total))
    kind = base.ggml_backend_dev_type(pointer)
    return Device(
        name=_text(base.ggml_backend_dev_name(pointer)),
        kind=_KINDS[kind] if 0 <= kind < len(_KINDS) else "accel",
        free=free.value,
        total=total.value,
        description=_text(base.ggml_backend_dev_description(pointer)),
        backend=_text(base.ggml_backend_reg_name(base.ggml_backend_dev_backend_reg(pointer))),
    )


def _text(found: bytes | None) -> str:
    return (found or b"").decode("utf-8", "replace")
