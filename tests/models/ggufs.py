"""GGUF files of the tests' own: small, whole, and bent where a test wants them bent."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

Tensor = tuple[str, Sequence[int], int, bytes]
ONE_TENSOR: tuple[Tensor, ...] = (("token_embd.weight", (32, 4), 0, b"\1" * 512),)
CHAT = {"general.architecture": "llama", "general.name": "Tiny", "general.file_type": 15, "llama.context_length": 2048}


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(item: object) -> bytes:
    match item:
        case bool():
            return struct.pack("<I?", 7, item)
        case int():
            return struct.pack("<II", 4, item)
        case float():
            return struct.pack("<If", 6, item)
        case str():
            return struct.pack("<I", 8) + text(item)
        case list():
            kind = 8 if all(isinstance(entry, str) for entry in item) else 4
            entries = b"".join(text(entry) if kind == 8 else struct.pack("<I", entry) for entry in item)
            return struct.pack("<IIQ", 9, kind, len(item)) + entries
        case bytes():
            return item
    raise TypeError(item)


def gguf(
    metadata: Mapping[str, object] = CHAT, tensors: Sequence[Tensor] = ONE_TENSOR, *, version: int = 3, align: int = 32
) -> bytes:
    """A GGUF; a metadata value given as bytes is written as it is."""
    header = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    header += b"".join(text(key) + value(item) for key, item in metadata.items())
    data = b""
    for name, dimensions, kind, content in tensors:
        data += b"\0" * (-len(data) % align)
        header += text(name) + struct.pack("<I", len(dimensions))
        header += struct.pack(f"<{len(dimensions)}Q", *dimensions) + struct.pack("<IQ", kind, len(data))
        data += content
    return header + b"\0" * (-len(header) % align) + data
