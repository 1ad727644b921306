"""Frames on the socket between a model's process and its owner: a length, then a body."""

from __future__ import annotations

import socket
import struct

HEADER = struct.Struct("!I")


def frame(body: bytes) -> bytes:
    """A body with its length before it."""
    return HEADER.pack(len(body)) + body


def receive(connection: socket.socket) -> bytes:
    """The next body; empty where the connection ended."""
    header = _receive(connection, HEADER.size)
    return _receive(connection, HEADER.unpack(header)[0]) if header else b""


def _receive(connection: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            return b""
        parts += part
    return bytes(parts)
