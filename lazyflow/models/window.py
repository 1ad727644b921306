"""Reading a header piece by piece: a window over a file that never holds more than a little of it."""

from __future__ import annotations

from struct import Struct
from typing import BinaryIO

_WINDOW = 1 << 20
_LENGTH = Struct("<Q")


class CutOff(Exception):
    """The file ends before what it announces."""


class Window:
    """A cursor over `file`, whose size is `size` bytes. Everything raises `CutOff` past the end."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._data = b""
        self._start = 0
        self._at = 0

    @property
    def position(self) -> int:
        """Bytes from the start of the file."""
        return self._start + self._at

    @property
    def left(self) -> int:
        """Bytes to the end of the file."""
        return self._size - self.position

    def unpack(self, layout: Struct) -> tuple[int | float, ...]:
        """The next values, as `layout` says."""
        self._need(layout.size)
        values: tuple[int | float, ...] = layout.unpack_from(self._data, self._at)
        self._at += layout.size
        return values

    def take(self, count: int) -> bytes:
        """The next `count` bytes; the caller bounds `count`."""
        self._need(count)
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def skip(self, count: int) -> None:
        """Leave out `count` bytes without reading them."""
        if count > self.left:
            raise CutOff
        self._at += count

    def skip_strings(self, count: int) -> None:
        """Leave out `count` strings, each with its length before it."""
        for _ in range(count):
            at = self._at
            if at + _LENGTH.size > len(self._data):
                self._need(_LENGTH.size)
                at = self._at
            length = _LENGTH.unpack_from(self._data, at)[0]
            self._at = at + _LENGTH.size
            if length > len(self._data) - self._at:
                self.skip(length)
            else:
                self._at += length

    def _need(self, count: int) -> None:
        if self._at + count <= len(self._data):
            return
        if count > self.left:
            raise CutOff
        self._start, self._at = self.position, 0
        self._file.seek(self._start)
        self._data = self._file.read(max(count, _WINDOW))
        if count > len(self._data):
            raise CutOff
