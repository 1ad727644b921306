"""Processors, memory, and what llama.cpp can compute on."""

from __future__ import annotations

import os
from collections.abc import Sequence

from lazyflow.cli.checkup.finding import Finding, Section, size
from lazyflow.cli.checkup.gpus import Maker
from lazyflow.engine.devices import CUDA_INSTALL, Hardware
from lazyflow.engine.machine import processors
from lazyflow.engine.memory import HostMemory

INSTALLS: dict[Maker, str] = {"NVIDIA": CUDA_INSTALL, "AMD": CUDA_INSTALL.replace("CUDA", "VULKAN")}


def machine(memory: HostMemory | None) -> Section:
    """Processors and memory, with a container's limit."""
    usable, all_of_them = processors(), os.cpu_count() or 1
    cores = f"{usable}" if usable == all_of_them else f"{usable} of {all_of_them} may be used"
    findings = [Finding("processors", cores)]
    if memory is None:
        findings.append(Finding("memory", "this system does not tell"))
    else:
        findings.append(Finding("memory", f"{size(memory.free)} free of {size(memory.total)}"))
        if memory.limit is not None:
            findings.append(Finding("container", f"limited to {size(memory.limit)}"))
    return Section("machine", tuple(findings))


def devices(hardware: Hardware, gpus: Sequence[tuple[Maker, str]]) -> Section:
    """What llama.cpp was built for and finds, and GPUs that stand idle beside it."""
    built, found = hardware.built_for, hardware.offload
    findings = [Finding("build", f"offloads to {', '.join(built)}" if built else "for the processor alone")]
    findings += [
        Finding(
            device.name,
            f"{device.description}, {size(device.free)} free of {size(device.total)}"
            + (", shared with the processor" if device.kind == "igpu" else ""),
        )
        for device in found
    ]
    for maker in dict.fromkeys(maker for maker, _ in gpus) if not found else ():
        names = ", ".join(name for its, name in gpus if its == maker)
        if built:
            remedy = "check its driver, and CUDA_VISIBLE_DEVICES or HIP_VISIBLE_DEVICES"
        else:
            remedy = f"run: {INSTALLS[maker]}"
        findings.append(Finding(maker, f"a GPU stands idle: {names}", "hint", remedy))
    if not found and not gpus:
        findings.append(Finding("GPU", "none is visible"))
    return Section("llama.cpp", tuple(findings))
