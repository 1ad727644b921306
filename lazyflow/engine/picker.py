"""Picks the next token of one request: by the logits, its sampling, its bias and its grammar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lazyflow.engine import grammar
from lazyflow.engine.answer import Logprobs
from lazyflow.engine.contract import EngineError, InvalidRequest
from lazyflow.engine.native.context import Context, Floats
from lazyflow.engine.native.sampler import Candidates, Chain, ChainOptions, Grammar
from lazyflow.engine.native.vocab import Tokens, Vocab
from lazyflow.engine.sampling import greedy

MOST_LOGPROBS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PickOptions:
    """How to pick. `logprobs` None tells none, n tells the picked token's and then those of the n likeliest."""

    chain: ChainOptions
    grammar: str | None = None
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    logprobs: int | None = None


def _no_numbers() -> EngineError:
    return EngineError("the model computes no numbers", "its file is damaged: fetch it again")


class Picker:
    """Owns native samplers: `free` it with its request. Raises: `InvalidRequest`."""

    def __init__(self, vocab: Vocab, llama: Any, candidates: Candidates, options: PickOptions) -> None:
        unknown = [token for token in options.logit_bias if not 0 <= token < vocab.size]
        if unknown:
            raise InvalidRequest(f"logit_bias names token {unknown[0]}", f"tokens go from 0 to {vocab.size - 1}")
        if not np.isfinite(list(options.logit_bias.values())).all():
            raise InvalidRequest("logit_bias holds a value that is no number", "write numbers from -100 to 100")
        if options.logprobs is not None and not 0 <= options.logprobs <= MOST_LOGPROBS:
            raise InvalidRequest(f"logprobs {options.logprobs} is out of range", f"write 0 to {MOST_LOGPROBS}")
        self._vocab, self._candidates, self._logprobs = vocab, candidates, options.logprobs
        self._bias_tokens = np.fromiter(options.logit_bias, np.int64)
        self._bias = np.fromiter(options.logit_bias.values(), np.float32)
        self._grammar = self._chain = None
        if options.grammar is not None:
            grammar.check(options.grammar)
            try:
                self._grammar = Grammar(vocab, llama, options.grammar)
            except ValueError as error:
                raise InvalidRequest("llama.cpp cannot read the grammar", "see its GBNF guide") from error
        if self._grammar is not None or not greedy(options.chain):
            self._chain = Chain(vocab, llama, options.chain)

    def see(self, prompt: Tokens) -> None:
        """Count the prompt's tokens for the penalties, as llama.cpp does."""
        if self._chain is not None:
            for token in prompt:
                self._chain.accept(int(token))

    def pick(self, context: Context, index: int) -> tuple[int, Logprobs]:
        """The next token after the batch's token `index`, and its logprobs where asked for."""
        logits = context.logits(index) if self._needs_logits else None
        if logits is not None and len(self._bias):
            logits[self._bias_tokens] += self._bias
        if self._grammar is not None and logits is not None:
            token = self._by_grammar(self._grammar, logits)
        elif self._chain is not None:
            token = self._chain.sample(context, index)
        elif logits is not None:
            token = int(logits.argmax())
        if not math.isfinite(context.logit(index, token)):
            raise _no_numbers()
        return token, () if self._logprobs is None or logits is None else self._told(logits, token, self._logprobs)

    @property
    def _needs_logits(self) -> bool:
        return self._chain is None or self._grammar is not None or self._logprobs is not None or bool(len(self._bias))

    def _by_grammar(self, rules: Grammar, logits: Floats) -> int:
        # Checking one token costs microseconds, all of a vocabulary milliseconds: most picks are allowed anyway.
        chain, candidates = self._chain, self._candidates
        candidates.fill(logits)
        token = chain.choose(candidates) if chain is not None else None
        if token is not None:
            candidates.fill_one(token)
            rules.forbid(candidates)
        if token is None or not candidates.first_allowed:
            candidates.fill(logits)
            rules.forbid(candidates)
            token = chain.choose(candidates) if chain is not None else None
        if token is None and not math.isfinite(logits.max()):
            raise _no_numbers()
        if token is None:
            raise EngineError("the grammar allows nothing that this model can say", "change the grammar or the schema")
        rules.accept(token)
        if chain is not None:
            chain.accept(token)
        return token

    def _told(self, logits: Floats, token: int, count: int) -> Logprobs:
        top = logits.max()
        normaliser = float(top) + float(np.log(np.exp(logits - top).sum()))
        likeliest = np.argpartition(logits, -count)[-count:] if count else np.empty(0, np.int64)
        shown = [token, *likeliest[np.argsort(-logits[likeliest])]]
        return tuple(
            (self._vocab.piece(int(one)).decode("utf-8", "replace"), float(logits[one]) - normaliser) for one in shown
        )

    def free(self) -> None:
        """Give the native samplers back. May be called more than once."""
        for sampler in (self._grammar, self._chain):
            if sampler is not None:
                sampler.free()
