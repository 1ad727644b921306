"""Standard output for results alone: what the author's code and its children print there goes to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

STDOUT, STDERR = 1, 2


@contextmanager
def results() -> Iterator[TextIO]:
    """Where results go until the block ends; everything else that writes to standard output reaches standard error."""
    out = sys.stdout or sys.stderr
    with redirect_stdout(sys.stderr):
        if number_of(out) == STDOUT and number_of(sys.stderr) == STDERR:
            with set_aside(out) as own:
                yield own
        else:  # a stream of Python's own, or a standard error that is closed
            yield out


@contextmanager
def set_aside(out: TextIO) -> Iterator[TextIO]:
    """Standard output under another number, and standard error in its place."""
    out.flush()
    with os.fdopen(os.dup(STDOUT), "w", encoding=out.encoding, errors=out.errors) as own:
        os.dup2(STDERR, STDOUT)
        try:
            yield own
        finally:
            out.flush()
            os.dup2(own.fileno(), STDOUT)


def number_of(stream: TextIO | None) -> int | None:
    """The stream's file number, if it has one."""
    try:
        return stream.fileno() if stream is not None else None
    except (OSError, ValueError):
        return None
