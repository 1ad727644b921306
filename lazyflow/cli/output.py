"""Where results and messages go: standard output and standard error, whatever state they are in."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from lazyflow.errors import LazyflowError


class Unwritable(LazyflowError):
    """Standard output cannot be written to (exit code 3)."""


def write(text: str) -> None:
    """Put a result on standard output, now. A reader that has gone (`| head`) is no error. Raises: `Unwritable`."""
    if sys.stdout is None:
        raise Unwritable("cannot write to standard output: it is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
    except OSError as error:
        discard(sys.stdout)
        raise Unwritable(f"cannot write to standard output: {error.strerror}") from None


def tell(text: str) -> None:
    """Put a message on standard error; where that is gone, nobody is left to be told."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text if text.endswith("\n") else f"{text}\n")
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that the interpreter's own last flush stays quiet."""
    try:
        number = stream.fileno()
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, number)
        os.close(sink)
    except (OSError, ValueError):
        return


def forgiving() -> None:
    """Write characters that the terminal's encoding lacks as escapes, in place of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def wants_color(stream: TextIO | None) -> bool:
    """Whether to colour: a terminal, unless NO_COLOR or TERM=dumb say no; FORCE_COLOR says yes anywhere."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
