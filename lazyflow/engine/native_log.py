"""What llama.cpp logs: into `logging` as `lazyflow.llama`, and the last lines kept to tell why a load failed."""

from __future__ import annotations

import ctypes
import logging
import re
import threading
from collections import deque
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from lazyflow.errors import ModelUnusable

log = logging.getLogger("lazyflow.llama")
_CONTINUED = 5
_LEVELS = {  # ggml_log_level: none, info (pages of it), warn, error. What an error means to a user is said by us.
    0: logging.DEBUG,
    2: logging.DEBUG,
    3: logging.INFO,
    4: logging.WARNING,
}
"""The rest, its debug level, is thousands of lines a load and dropped."""
CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
"""`ggml_log_callback` (ggml/include/ggml.h)."""
KEPT = 400
"""Lines; a load writes about 150."""
LONGEST = 8192
"""Bytes of a line that is never ended."""


class NativeLog:
    """Takes llama.cpp's pieces of text from any thread and makes lines of them. Never raises."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._count = 0
        self._open, self._level, self._dropped = b"", logging.DEBUG, False
        self.callback: object = None
        """What llama.cpp calls as long as the process lives: kept from the garbage collector."""

    def write(self, level: int, text: bytes | None) -> None:
        """A piece as llama.cpp hands it over: a line, a part of one, or several."""
        try:
            for at, line in self._take(level, text or b""):
                log.log(at, "%s", line)
        except Exception:  # noqa: BLE001, S110 - there is native code above, which no exception may reach
            pass

    def mark(self) -> int:
        """A point in time, for `since`."""
        with self._lock:
            return self._count

    def since(self, mark: int) -> tuple[str, ...]:
        """The lines since `mark`, as far as they are kept, oldest first."""
        with self._lock:
            lines = tuple(self._lines)
            opened = (self._decode(self._open),) if self._open else ()
            return lines[max(len(lines) - (self._count - mark), 0) :] + opened

    def _take(self, level: int, text: bytes) -> list[tuple[int, str]]:
        with self._lock:
            done = []
            if level != _CONTINUED:
                if self._open:  # a new line begins where the last one was never ended
                    done.append((self._level, self._decode(self._open)))
                self._open, self._level, self._dropped = b"", _LEVELS.get(level, logging.DEBUG), level not in _LEVELS
            if self._dropped:
                text = b""
            *whole, self._open = (self._open + text).split(b"\n")
            done += [(self._level, self._decode(line)) for line in whole if line.strip()]
            if len(self._open) > LONGEST:
                done.append((self._level, self._decode(self._open)))
                self._open = b""
            self._lines.extend(line for _, line in done)
            self._count += len(done)
            return done

    @staticmethod
    def _decode(line: bytes) -> str:
        return line.decode("utf-8", "replace").rstrip()


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a load failed: whether memory ran out, and the reason in a line (empty where nothing tells)."""

    out_of_memory: bool
    words: str


class OutOfMemory(ModelUnusable):
    """A device or the host had no room for what was asked: something smaller may do."""


_OUT_OF_MEMORY = re.compile(
    r"out of (device |host )?memory|OutOf(Device|Host)Memory|unable to allocate|failed to (allocate|alloc)\b"
    r"|[Cc]annot allocate|bad_alloc|failed to initialize the context: failed to allocate"
)
_TELLING = re.compile(
    r"error loading model: |failed to initialize the context: |error|fail|invalid|unable|unknown|not "
)
_PREFIX = re.compile(r"^[\w:~.<>\[\]]+: (error loading model: |failed to initialize the context: )?")


def cause(lines: tuple[str, ...]) -> Cause:
    """What a failed load's lines tell. The first line about memory wins, else the last one that tells of an error."""
    for line in lines:
        if _OUT_OF_MEMORY.search(line):
            return Cause(out_of_memory=True, words=_plain(line))
    telling = [line for line in lines if re.search("error loading model: |initialize the context: ", line)]
    telling = telling or [line for line in lines if _TELLING.search(line)]
    return Cause(out_of_memory=False, words=_plain(telling[-1]) if telling else "")


def unusable(what: str, lines: tuple[str, ...], remedy: str) -> ModelUnusable:
    """The error for a load that failed: `what` was to be done, the reason from `lines`, what to do.

    It is `OutOfMemory` where memory ran out.
    """
    why = cause(lines)
    if why.out_of_memory:
        return OutOfMemory(
            f"not enough memory for {what}: {why.words}",
            "take a smaller model or quant, a shorter context, or free some",
        )
    return ModelUnusable(f"llama.cpp cannot make {what}" + (f": {why.words}" if why.words else ""), remedy)


def _plain(line: str) -> str:
    return _PREFIX.sub("", line).strip()


@cache
def process_log() -> NativeLog:
    """The log of this process: llama.cpp has one callback, which must live as long as it."""
    native = NativeLog()
    native.callback = CALLBACK(lambda level, text, _: native.write(level, text))
    return native


def install(llama: ModuleType) -> NativeLog:
    """Make llama.cpp log into the process's log, and ggml below it; may be called again."""
    native = process_log()
    llama.llama_log_set(native.callback, ctypes.c_void_p(0))
    return native
