from __future__ import annotations

from pathlib import Path

import pytest

from lazyflow.engine.memory import HostMemory, host_memory

GIB = 1 << 30
MEMINFO = "MemTotal:       16777216 kB\nMemFree:  100 kB\nMemAvailable:    8388608 kB\nHugePages_Total:       0\n"


def system(root: Path, files: dict[str, str]) -> Path:
    for name, text in {"proc/meminfo": MEMINFO, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, HostMemory(8 * GIB, 16 * GIB)),
        (
            {"sys/fs/cgroup/memory.max": f"{4 * GIB}\n", "sys/fs/cgroup/memory.current": f"{GIB}\n"},
            HostMemory(3 * GIB, 4 * GIB, 4 * GIB),
        ),
        (
            {"sys/fs/cgroup/memory.max": "max\n", "sys/fs/cgroup/memory.current": f"{GIB}\n"},
            HostMemory(8 * GIB, 16 * GIB),
        ),
        (
            {
                "proc/self/cgroup": "0::/user.slice/app.scope\n",
                "sys/fs/cgroup/user.slice/memory.max": f"{2 * GIB}\n",
                "sys/fs/cgroup/user.slice/memory.current": f"{GIB}\n",
                "sys/fs/cgroup/user.slice/memory.stat": f"anon 5\nactive_file {GIB // 4}\ninactive_file {GIB // 4}\n",
                "sys/fs/cgroup/user.slice/app.scope/memory.max": "max\n",
            },
            HostMemory(3 * GIB // 2, 2 * GIB, 2 * GIB),
        ),
        (
            {
                "proc/self/cgroup": "4:memory:/box\n1:cpu:/\n",
                "sys/fs/cgroup/memory/box/memory.limit_in_bytes": f"{4 * GIB}\n",
                "sys/fs/cgroup/memory/box/memory.usage_in_bytes": f"{3 * GIB}\n",
                "sys/fs/cgroup/memory/box/memory.stat": f"total_active_file 0\ntotal_inactive_file {GIB}\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": "5\n",
            },
            HostMemory(2 * GIB, 4 * GIB, 4 * GIB),
        ),
        (
            {"sys/fs/cgroup/memory.max": f"{GIB}\n", "sys/fs/cgroup/memory.current": f"{2 * GIB}\n"},
            HostMemory(0, GIB, GIB),
        ),
        (
            {"sys/fs/cgroup/memory.max": f"{32 * GIB}\n", "sys/fs/cgroup/memory.current": f"{GIB}\n"},
            HostMemory(8 * GIB, 16 * GIB, 32 * GIB),
        ),
        ({"proc/self/cgroup": "rubbish\n", "sys/fs/cgroup/memory.max": "rubbish"}, HostMemory(8 * GIB, 16 * GIB)),
    ],
)
def test_free_memory_is_the_least_of_system_and_containers(
    tmp_path: Path, files: dict[str, str], expected: HostMemory
) -> None:
    assert host_memory(system(tmp_path, files), "linux") == expected


def test_a_system_without_proc_tells_what_it_has(tmp_path: Path) -> None:
    memory = host_memory(tmp_path, "darwin")
    assert memory is not None
    assert 0 < memory.free < memory.total


def test_this_machine_has_memory() -> None:
    memory = host_memory()
    assert memory is not None
    assert 0 < memory.free <= memory.total
