"""GPUs that this machine shows, whether llama.cpp can use them or not: asked of the system, not of a driver library."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Maker = Literal["NVIDIA", "AMD"]
_VENDORS: dict[str, Maker] = {"0x10de": "NVIDIA", "0x1002": "AMD"}


def visible(root: Path = Path("/")) -> tuple[tuple[Maker, str], ...]:
    """(maker, model as far as it is told) of each GPU. `root` is where /proc, /sys and /dev lie."""
    nvidia = [("NVIDIA", _model(path)) for path in sorted(root.glob("proc/driver/nvidia/gpus/*/information"))]
    if not nvidia and sorted(root.glob("dev/nvidia[0-9]*")):  # a container shows the devices alone
        nvidia = [("NVIDIA", "GPU")]
    cards = [_VENDORS.get(_read(path).lower()) for path in sorted(root.glob("sys/class/drm/card*/device/vendor"))]
    others = [(maker, "GPU") for maker in cards if maker == "AMD" or (maker == "NVIDIA" and not nvidia)]
    return tuple(nvidia + others)  # type: ignore[arg-type]  # texts of the table above


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
