"""Embeddings of texts, from a context of its own that is made when the first is asked for."""

from __future__ import annotations

import numpy as np

from lazyflow.engine.contract import ContextOverflow, InvalidRequest
from lazyflow.engine.native.context import Context, ContextOptions
from lazyflow.engine.native.model import Weights

LONGEST_TEXT = 2048
"""Tokens: a text is read in one batch, since some models look at all of it at once."""


class Embedder:
    """Used by one thread; `free` it before its weights."""

    def __init__(self, weights: Weights, threads: int) -> None:
        self._weights, self._threads = weights, threads
        self._context: Context | None = None

    def embed(self, text: str) -> tuple[float, ...]:
        """The text's embedding, of length 1. Raises: `InvalidRequest`, `ContextOverflow`."""
        length = min(LONGEST_TEXT, self._weights.trained_context)
        tokens = self._weights.vocab.tokenize(text, special=True)
        if not len(tokens):
            raise InvalidRequest("there is no text to embed", "send a text")
        if len(tokens) > length:
            raise ContextOverflow(f"the text takes {len(tokens)} tokens, and {length} can be embedded", "send less")
        if self._context is None:
            options = ContextOptions(context=length, sequences=1, batch=length, threads=self._threads, embeddings=True)
            self._context = Context(self._weights, options)
        context = self._context
        context.keep(0, 0)
        context.add(0, 0, tokens, logits=True)
        code = context.decode()
        vector = context.embedding(0) if code == 0 else None
        if vector is None:
            raise InvalidRequest("this model makes no embeddings", "use a model that does")
        norm = float(np.linalg.norm(vector)) or 1.0
        return tuple((vector / norm).tolist())

    def free(self) -> None:
        """Give the memory back."""
        if self._context is not None:
            self._context.free()
            self._context = None
