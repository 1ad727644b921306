"""llama.cpp's samplers: a chain that selects a token, a grammar that forbids some. Each is freed with its request."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np

from lazyflow.engine.native.context import Context, Floats
from lazyflow.engine.native.vocab import Vocab


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainOptions:
    """llama.cpp's own terms; a temperature of 0 takes the likeliest token."""

    temperature: float
    top_k: int
    top_p: float
    min_p: float
    repeat_penalty: float
    presence_penalty: float
    frequency_penalty: float
    penalty_last: int
    seed: int


class Candidates:
    """A llama_token_data_array in numpy memory, refilled from the logits for every token."""

    def __init__(self, llama: Any, size: int) -> None:
        self._llama = llama
        self._data = np.zeros(size, np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)]))
        self._ids = np.arange(size, dtype=np.int32)
        self._pointer = self._data.ctypes.data_as(llama.llama_token_data_p)
        self.native = self._array(size)

    def _array(self, size: int) -> Any:
        return self._llama.llama_token_data_array(data=self._pointer, size=size, selected=-1, sorted=False)

    def fill(self, logits: Floats) -> None:
        """Every token with its logit."""
        self._data["id"], self._data["logit"] = self._ids, logits
        self.native = self._array(len(self._ids))

    def fill_one(self, token: int) -> None:
        """One token alone."""
        self._data[0] = (token, 1.0, 0.0)
        self.native = self._array(1)

    @property
    def first_allowed(self) -> bool:
        """Whether the first candidate was not forbidden."""
        return bool(self._data[0]["logit"] > -np.inf)

    @property
    def selected(self) -> int | None:
        """The token that a chain selected, or None where every token was forbidden."""
        index = self.native.selected
        if not 0 <= index < self.native.size or not self._data[index]["logit"] > -np.inf:
            return None
        return int(self._data[index]["id"])


class Chain:
    """A sampler chain that always ends with a sampler that selects."""

    def __init__(self, vocab: Vocab, llama: Any, options: ChainOptions) -> None:
        self._llama = llama
        self.pointer = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        if options.repeat_penalty != 1.0 or options.presence_penalty or options.frequency_penalty:
            self._add(
                llama.llama_sampler_init_penalties,
                vocab.size,
                options.penalty_last,
                options.repeat_penalty,
                options.frequency_penalty,
                options.presence_penalty,
            )
        if options.temperature <= 0:
            self._add(llama.llama_sampler_init_greedy)
            return
        # top_p sorts what it gets: over a whole vocabulary that costs milliseconds.
        self._add(llama.llama_sampler_init_top_k, options.top_k if options.top_k > 0 else min(1024, vocab.size))
        if options.top_p < 1:
            self._add(llama.llama_sampler_init_top_p, options.top_p, 1)
        if options.min_p > 0:
            self._add(llama.llama_sampler_init_min_p, options.min_p, 1)
        self._add(llama.llama_sampler_init_temp, options.temperature)
        self._add(llama.llama_sampler_init_dist, options.seed)

    def _add(self, make: Any, *arguments: object) -> None:
        self._llama.llama_sampler_chain_add(self.pointer, make(*arguments))

    def sample(self, context: Context, index: int) -> int:
        """Select a token by the logits of `index` and remember it."""
        return int(self._llama.llama_sampler_sample(self.pointer, context.pointer, index))

    def choose(self, candidates: Candidates) -> int | None:
        """Select one of the candidates without remembering it; None where all are forbidden."""
        self._llama.llama_sampler_apply(self.pointer, ctypes.byref(candidates.native))
        return candidates.selected

    def accept(self, token: int) -> None:
        """Remember a token, for the penalties."""
        self._llama.llama_sampler_accept(self.pointer, token)

    def free(self) -> None:
        """Give the memory back."""
        pointer, self.pointer = self.pointer, None
        if pointer:
            self._llama.llama_sampler_free(pointer)


class Grammar:
    """A GBNF grammar and how far an answer has come in it. Raises: `ValueError` where it is none."""

    def __init__(self, vocab: Vocab, llama: Any, text: str) -> None:
        self._llama, self._vocab = llama, vocab
        self.pointer = llama.llama_sampler_init_grammar(vocab.pointer, text.encode("utf-8", "replace"), b"root")
        if not self.pointer:
            raise ValueError(text)

    def forbid(self, candidates: Candidates) -> None:
        """Give every candidate that may not come next a logit of minus infinity."""
        self._llama.llama_sampler_apply(self.pointer, ctypes.byref(candidates.native))

    def accept(self, token: int) -> None:
        """Go on past a token that was not forbidden; another one, or an end, would abort the process."""
        if token not in self._vocab.ends:
            self._llama.llama_sampler_accept(self.pointer, token)

    def free(self) -> None:
        """Give the memory back."""
        pointer, self.pointer = self.pointer, None
        if pointer:
            self._llama.llama_sampler_free(pointer)
