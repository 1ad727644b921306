"""The header of a GGUF file: metadata and tensor table, read with bounds on time and memory.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Arrays (vocabularies) are skipped, not kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import BinaryIO

from lazyflow.models.ggml import tensor_bytes
from lazyflow.models.window import CutOff, Window

MAGIC = b"GGUF"
Value = str | int | float | bool

_U32, _U64 = Struct("<I"), Struct("<Q")
_PREFIX = Struct("<4sI")
_STRING, _ARRAY, _BOOL = 8, 9, 7
_SCALARS = {
    0: Struct("<B"),
    1: Struct("<b"),
    2: Struct("<H"),
    3: Struct("<h"),
    4: Struct("<I"),
    5: Struct("<i"),
    6: Struct("<f"),
    7: Struct("<B"),
    10: Struct("<Q"),
    11: Struct("<q"),
    12: Struct("<d"),
}
_VERSIONS = (2, 3)
_MAX_KEYS = 1 << 16
_MAX_TENSORS = 1 << 17
_MAX_STRINGS = 1 << 22
_MAX_NAME = 1 << 16
_MAX_DIMENSIONS = 4
_KEPT = 4096
_ABSURD = 1 << 48


class BadHeader(Exception):
    """What is wrong with a header, in words that complete «the file …»."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF says of itself.

    `metadata` holds every scalar and text (texts cut at 4 KiB, arrays left out), `parameters` is the number of
    weights, `needed` the bytes that the file must have for all of its tensors.
    """

    version: int
    metadata: Mapping[str, Value]
    tensors: int
    parameters: int
    needed: int

    def text(self, key: str) -> str:
        """The text under `key`, empty where there is none."""
        value = self.metadata.get(key, "")
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """The whole number under `key`, 0 where there is none."""
        value = self.metadata.get(key, 0)
        return value if isinstance(value, int) else 0


def read_header(file: BinaryIO, size: int) -> Header:
    """Read the header of `file`, which has `size` bytes and starts with the magic.

    Raises: `BadHeader` for a header that is cut off, damaged, or of a version that llama.cpp does not load.
    """
    window = Window(file, size)
    try:
        version = _version(window)
        tensors, keys = _count(window), _count(window)
        _bound("tensors", tensors, _MAX_TENSORS, window)
        _bound("metadata entries", keys, _MAX_KEYS, window)
        metadata = _metadata(window, keys)
        return _tensors(window, version, metadata, tensors)
    except CutOff:
        raise BadHeader("is cut off: it ends inside its header") from None


def _version(window: Window) -> int:
    version = int(window.unpack(_PREFIX)[1])
    if version not in _VERSIONS:
        swapped = int.from_bytes(version.to_bytes(4, "little"), "big")
        if swapped in _VERSIONS:
            raise BadHeader("is a big-endian GGUF, which this machine cannot load")
        if version == 1:
            raise BadHeader("is GGUF version 1, which llama.cpp no longer loads")
        raise BadHeader(f"has GGUF version {version}, and only versions 2 and 3 are known")
    return version


def _metadata(window: Window, keys: int) -> dict[str, Value]:
    metadata: dict[str, Value] = {}
    for _ in range(keys):
        key = _name(window, "metadata key")
        kind = int(window.unpack(_U32)[0])
        if kind == _ARRAY:
            _skip_array(window, key)
        elif kind == _STRING:
            length = _count(window)
            metadata[key] = window.take(min(length, _KEPT)).decode("utf-8", "replace")
            window.skip(max(length - _KEPT, 0))
        elif kind in _SCALARS:
            value = window.unpack(_SCALARS[kind])[0]
            metadata[key] = bool(value) if kind == _BOOL else value
        else:
            raise BadHeader(f"is damaged: metadata {key!r} has the unknown type {kind}")
    return metadata


def _skip_array(window: Window, key: str) -> None:
    kind = int(window.unpack(_U32)[0])
    count = _count(window)
    if kind in _SCALARS:
        window.skip(count * _SCALARS[kind].size)
    elif kind == _STRING:
        _bound(f"texts in {key!r}", count, _MAX_STRINGS, window)
        window.skip_strings(count)
    elif kind == _ARRAY:
        raise BadHeader(f"is not loadable: metadata {key!r} is an array of arrays")
    else:
        raise BadHeader(f"is damaged: metadata {key!r} is an array of the unknown type {kind}")


def _tensors(window: Window, version: int, metadata: dict[str, Value], count: int) -> Header:
    parameters = end = 0
    for _ in range(count):
        name = _name(window, "tensor name")
        rank = int(window.unpack(_U32)[0])
        if not 1 <= rank <= _MAX_DIMENSIONS:
            raise BadHeader(f"is damaged: tensor {name!r} has {rank} dimensions")
        dimensions = [_count(window) for _ in range(rank)]
        kind, offset = int(window.unpack(_U32)[0]), _count(window)
        if any(dimension == 0 for dimension in dimensions) or math.prod(dimensions) >= _ABSURD or offset >= _ABSURD:
            raise BadHeader(f"is damaged: tensor {name!r} has impossible dimensions")
        parameters += math.prod(dimensions)
        end = max(end, offset + (tensor_bytes(kind, dimensions) or 0))
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1) or alignment > _MAX_NAME:
        raise BadHeader(f"is damaged: its alignment is {alignment!r}")
    start = -(-window.position // alignment) * alignment
    return Header(version, metadata, count, parameters, start + end if count else window.position)


def _name(window: Window, what: str) -> str:
    length = _count(window)
    if length > _MAX_NAME:
        raise BadHeader(f"is damaged: a {what} of {length} bytes")
    return window.take(length).decode("utf-8", "replace")


def _count(window: Window) -> int:
    return int(window.unpack(_U64)[0])


def _bound(what: str, count: int, most: int, window: Window) -> None:
    if count > most:
        raise BadHeader(f"is damaged: it announces {count} {what}")
    if count * 8 > window.left:
        raise CutOff
