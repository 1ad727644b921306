"""Bytes of tokens to text: a character may be spread over several tokens."""

from __future__ import annotations

import codecs


class Utf8:
    """An incremental decoder: whole characters out, what is no UTF-8 as U+FFFD."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, piece: bytes) -> str:
        """The characters that `piece` completes."""
        return self._decoder.decode(piece)

    def end(self) -> str:
        """What is left of a character that was cut off."""
        return self._decoder.decode(b"", final=True)
