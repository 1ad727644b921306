"""The exit codes, in their one home."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    FINE = 0
    PROBLEMS = 1
    USAGE = 2
    BROKEN = 3
    STOPPED = 130
