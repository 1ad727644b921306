"""What this machine has for a model: processors and free memory."""

from __future__ import annotations

import os

from lazyflow.engine.memory import host_memory


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads() -> int:
    """Threads for a model: one processor is left to the web where there are several."""
    return max(processors() - 1, 1)


def free_memory() -> int | None:
    """Bytes that can be had without swapping, within the container's limit; None where nobody tells."""
    memory = host_memory()
    return memory.free if memory else None
