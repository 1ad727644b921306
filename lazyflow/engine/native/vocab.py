"""A model's vocabulary: text to tokens and back, and which tokens are special."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

Tokens = np.ndarray[Any, np.dtype[np.int32]]
LONGEST_PIECE = 512
"""Bytes: longer than any token's text in use."""


@dataclass(frozen=True, slots=True)
class Special:
    """A token with a spelling that templates use. `typed` means that the tokenizer makes it of plain text, too."""

    token: int
    text: str
    typed: bool
    eats_left: bool
    eats_right: bool


class Vocab:
    """Tokens of one model. Safe to use from several threads; lives as long as its weights."""

    def __init__(self, llama: Any, pointer: Any) -> None:
        self._llama, self.pointer = llama, pointer
        self.size: int = llama.llama_vocab_n_tokens(pointer)
        self.bos: int = llama.llama_vocab_bos(pointer)
        self.adds_bos: bool = bool(llama.llama_vocab_get_add_bos(pointer))
        self._pieces: list[bytes | None] = [None] * self.size

    def tokenize(self, text: str, *, special: bool = False) -> Tokens:
        """Token ids of plain text: control tokens spelled in it stay text; lone surrogates become `?`.

        `special` puts what the model wants around a whole text, such as a token for its start.
        """
        data = text.encode("utf-8", "replace")
        room = len(data) + 16
        found = np.empty(room, np.int32)
        count = self._tokenize(data, found, special)
        if count < 0:
            found = np.empty(-count, np.int32)
            count = self._tokenize(data, found, special)
        return found[:count].copy()

    def _tokenize(self, data: bytes, into: Tokens, around: bool) -> int:
        address = into.ctypes.data_as(ctypes.POINTER(ctypes.c_int32))
        return int(self._llama.llama_tokenize(self.pointer, data, len(data), address, len(into), around, False))  # noqa: FBT003 - C's own order

    def piece(self, token: int) -> bytes:
        """What a token adds to the text; control tokens add nothing. May end within a character."""
        known = self._pieces[token]
        if known is None:
            known = self._pieces[token] = self._piece(token, special=token in self._shown)
        return known

    def _piece(self, token: int, *, special: bool) -> bytes:
        buffer = ctypes.create_string_buffer(LONGEST_PIECE)
        count = self._llama.llama_token_to_piece(self.pointer, token, buffer, LONGEST_PIECE, 0, special)
        return buffer.raw[: max(count, 0)]

    def spelling(self, token: int) -> str:
        """A token as templates write it; empty for none (-1)."""
        return self._piece(token, special=True).decode("utf-8", "replace") if 0 <= token < self.size else ""

    @property
    def bos_text(self) -> str:
        """How the template's `bos_token` is spelled."""
        return self.spelling(self.bos)

    @property
    def eos_text(self) -> str:
        """How the template's `eos_token` is spelled."""
        return self.spelling(self._llama.llama_vocab_eos(self.pointer))

    @cached_property
    def ends(self) -> frozenset[int]:
        """Every token that ends an answer."""
        is_eog = self._llama.llama_vocab_is_eog
        return frozenset(token for token in range(self.size) if is_eog(self.pointer, token))

    @cached_property
    def specials(self) -> tuple[Special, ...]:
        """Every token that is more than a piece of text, longest spelling first."""
        llama, found = self._llama, []
        typed = llama.LLAMA_TOKEN_ATTR_USER_DEFINED
        special = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_UNKNOWN | typed
        for token in range(self.size):
            attributes = llama.llama_vocab_get_attr(self.pointer, token)
            if attributes & special and (text := self.spelling(token)):
                left, right = attributes & llama.LLAMA_TOKEN_ATTR_LSTRIP, attributes & llama.LLAMA_TOKEN_ATTR_RSTRIP
                found.append(Special(token, text, bool(attributes & typed), bool(left), bool(right)))
        return tuple(sorted(found, key=lambda special: -len(special.text)))

    @cached_property
    def longest(self) -> int:
        """Bytes of the longest token that plain text can hold: no text of n bytes has fewer than n / longest tokens."""
        text = self._llama.llama_vocab_get_text
        return max((len(text(self.pointer, token) or b"") for token in range(self.size)), default=1)

    @cached_property
    def _shown(self) -> frozenset[int]:
        # Some models mark the tags of their thinking as control tokens, which would print as nothing.
        return frozenset(one.token for one in self.specials if one.text in {"<think>", "</think>"})
