"""The memory of this machine that a model may take: the system's and, in a container, its limit's."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")
_UNLIMITED = 1 << 60
"""cgroup v1 writes about 2**63 where there is no limit."""


@dataclass(frozen=True, slots=True)
class HostMemory:
    """Bytes that can be had without swapping, bytes there are, and the container's limit (None: no limit)."""

    free: int
    total: int
    limit: int | None = None


def host_memory(root: Path = ROOT, platform: str = sys.platform) -> HostMemory | None:
    """Ask the system; None where it does not tell. `root` is where /proc and /sys lie."""
    if platform == "win32":
        return _windows()
    try:
        fields = _fields(root / "proc" / "meminfo", ":")
        system = HostMemory(fields["MemAvailable"] * 1024, fields["MemTotal"] * 1024)
    except (OSError, KeyError, ValueError):
        return _posix()
    limits = _limits(root)
    if not limits:
        return system
    limit = min(limit for limit, _ in limits)
    return HostMemory(min(system.free, *(free for _, free in limits)), min(system.total, limit), limit)


def _limits(root: Path) -> list[tuple[int, int]]:
    """(limit, free) of every control group that holds this process and has a limit."""
    mounts, found = root / "sys" / "fs" / "cgroup", []
    for folder in _groups(root):
        for base, names in (
            (mounts, ("memory.max", "memory.current", "")),
            (mounts / "memory", ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")),
        ):
            limit_name, used_name, prefix = names
            try:
                limit = int((base / folder / limit_name).read_text("ascii"))  # "max" is no number: no limit
                used = int((base / folder / used_name).read_text("ascii"))
            except (OSError, ValueError):
                continue
            if limit < _UNLIMITED:
                cached = _cached(base / folder / "memory.stat", prefix)
                found.append((limit, max(limit - max(used - cached, 0), 0)))
    return found


def _groups(root: Path) -> list[str]:
    """The control groups of this process and all above them, as paths below the mount. In a container: the mount."""
    try:
        lines = (root / "proc" / "self" / "cgroup").read_text("utf-8").splitlines()
    except (OSError, ValueError):
        lines = []
    found = {""}
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" or "memory" in controllers.split(","):
            parts = [part for part in path.split("/") if part]
            found |= {"/".join(parts[: count + 1]) for count in range(len(parts))}
    return sorted(found)


def _cached(stat: Path, prefix: str) -> int:
    """Bytes of files in the page cache: they count as used and are given up before anything is killed."""
    try:
        fields = _fields(stat, " ")
    except (OSError, ValueError):
        return 0
    return fields.get(f"{prefix}active_file", 0) + fields.get(f"{prefix}inactive_file", 0)


def _fields(path: Path, separator: str) -> dict[str, int]:
    pairs = (line.split(separator, 1) for line in path.read_text("ascii").splitlines() if separator in line)
    return {name: int(value.split()[0]) for name, value in pairs}


def _posix() -> HostMemory | None:
    """Systems without /proc tell what there is; half of it is taken as free."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
    return HostMemory(total // 2, total) if total > 0 else None


class _Status(ctypes.Structure):
    """MEMORYSTATUSEX of Windows."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("total", "free", "pages", "free_pages", "space", "free_space", "more")),
    )


def _windows() -> HostMemory | None:
    kernel = getattr(getattr(ctypes, "windll", None), "kernel32", None)
    if kernel is None:
        return None
    status = _Status(length=ctypes.sizeof(_Status))
    return HostMemory(status.free, status.total) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
