"""A GGUF's header as ggml reads it: metadata and the table of tensors, no weights."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from lazyflow.engine.native.ggml import Ggml, GgufOptions
from lazyflow.errors import ModelUnusable

_NUMBERS = {  # gguf_type (ggml/include/gguf.h)
    0: ctypes.c_uint8,
    1: ctypes.c_int8,
    2: ctypes.c_uint16,
    3: ctypes.c_int16,
    4: ctypes.c_uint32,
    5: ctypes.c_int32,
    10: ctypes.c_uint64,
    11: ctypes.c_int64,
}
_TEXT, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class Tensor:
    """One row of the table: bytes, and the type by ggml's name (`q4_K`). `end` counts from the start of the file."""

    name: str
    type: str
    size: int
    end: int


class GgufTable:
    """An open header; use it in a `with`. Raises: `ModelUnusable` for a file that is no GGUF."""

    def __init__(self, path: Path) -> None:
        self._base = Ggml().base
        self._pointer = self._base.gguf_init_from_file(os.fsencode(path), GgufOptions(no_alloc=True, context=None))
        if not self._pointer:
            raise ModelUnusable(f"{path} is no GGUF that llama.cpp can read", "is it whole? fetch it again")

    def __enter__(self) -> GgufTable:  # noqa: PYI034 - Self is Python 3.11's
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pointer, self._pointer = self._pointer, None
        self._base.gguf_free(pointer)

    def text(self, key: str) -> str | None:
        """A text, or None where there is none."""
        at = self._find(key)
        if at < 0 or self._base.gguf_get_kv_type(self._pointer, at) != _TEXT:
            return None
        found: bytes = self._base.gguf_get_val_str(self._pointer, at)
        return found.decode("utf-8", "replace")

    def whole(self, key: str) -> int | None:
        """A whole number, or None where there is none (the first of an array of them)."""
        numbers = self.numbers(key)
        return numbers[0] if numbers else None

    def numbers(self, key: str) -> tuple[int, ...]:
        """An array of whole numbers; a single one counts as an array of one."""
        at = self._find(key)
        kind = self._base.gguf_get_kv_type(self._pointer, at) if at >= 0 else -1
        if kind in _NUMBERS:
            address, count = self._base.gguf_get_val_data(self._pointer, at), 1
        elif kind == _ARRAY:
            kind = self._base.gguf_get_arr_type(self._pointer, at)
            count = self._base.gguf_get_arr_n(self._pointer, at)
            address = self._base.gguf_get_arr_data(self._pointer, at) if kind in _NUMBERS and count else None
        else:
            return ()
        return tuple((_NUMBERS[kind] * count).from_address(address)) if address else ()

    def count(self, key: str) -> int:
        """How many entries an array has, of whatever type; 0 without one."""
        at = self._find(key)
        if at < 0 or self._base.gguf_get_kv_type(self._pointer, at) != _ARRAY:
            return 0
        return int(self._base.gguf_get_arr_n(self._pointer, at))

    def tensors(self) -> Iterator[Tensor]:
        """Every tensor of this file, in its order."""
        base, start = self._base, self._base.gguf_get_data_offset(self._pointer)
        for at in range(base.gguf_get_n_tensors(self._pointer)):
            size = int(base.gguf_get_tensor_size(self._pointer, at))
            yield Tensor(
                name=base.gguf_get_tensor_name(self._pointer, at).decode("utf-8", "replace"),
                type=(base.ggml_type_name(base.gguf_get_tensor_type(self._pointer, at)) or b"").decode("ascii"),
                size=size,
                end=start + int(base.gguf_get_tensor_offset(self._pointer, at)) + size,
            )

    def _find(self, key: str) -> int:
        return int(self._base.gguf_find_key(self._pointer, key.encode()))
