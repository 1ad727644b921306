"""GPUs that this machine shows, whether llama.cpp can use them or not: asked of the system, not of a driver library."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Literal

Maker = Literal["NVIDIA", "AMD"]
_VENDORS: dict[str, Maker] = {"0x10de": "NVIDIA", "0x1002": "AMD"}


def visible(root: Path = Path("/"), tool: str = "nvidia-smi") -> tuple[tuple[Maker, str], ...]:
    """(maker, model as far as it is told) of each GPU. `root` is where /proc, /sys and /dev lie.

    `tool` is asked where none of them shows anything, as on Windows and below it.
    """
    nvidia = [("NVIDIA", _model(path)) for path in sorted(root.glob("proc/driver/nvidia/gpus/*/information"))]
    if not nvidia and sorted(root.glob("dev/nvidia[0-9]*")):  # a container shows the devices alone
        nvidia = [("NVIDIA", "GPU")]
    cards = [_VENDORS.get(_read(path).lower()) for path in sorted(root.glob("sys/class/drm/card*/device/vendor"))]
    others = [(maker, "GPU") for maker in cards if maker == "AMD" or (maker == "NVIDIA" and not nvidia)]
    return tuple(nvidia + others) or tuple(("NVIDIA", name) for name in _listed(tool))  # type: ignore[arg-type]  # texts of the table above


def _listed(tool: str) -> tuple[str, ...]:
    """The models that `nvidia-smi -L` lists: `GPU 0: NVIDIA H100 (UUID: GPU-...)` each."""
    path = shutil.which(tool)
    if path is None:
        return ()
    try:
        done = subprocess.run([path, "-L"], capture_output=True, timeout=10, check=True, stdin=subprocess.DEVNULL)  # noqa: S603 - the driver's own tool, no shell
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(re.findall(r"^GPU \d+: (.+?)(?: \(UUID.*)?\s*$", done.stdout.decode("utf-8", "replace"), re.MULTILINE))


def _model(path: Path) -> str:
    for line in _read(path).splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "Model":
            return value.strip()
    return "GPU"


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
