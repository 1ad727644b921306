"""One llama_context: batches in, logits out, and what its memory holds. One thread at a time may use it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lazyflow.engine.native import library
from lazyflow.engine.native.model import Weights
from lazyflow.engine.native.vocab import Tokens
from lazyflow.engine.native_log import install, unusable
from lazyflow.errors import ModelUnusable

Floats = np.ndarray[Any, np.dtype[np.float32]]
MOST_SEQUENCES, MOST_THREADS = 256, 512
LARGEST_BATCH = 1 << 16
LARGEST_CONTEXT = 1 << 31
"""llama.cpp silently takes a context of 2**32 tokens for another size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextOptions:
    """`context` is tokens a sequence, `sequences` how many there are; `flash_attention` None lets llama.cpp choose."""

    context: int
    sequences: int
    batch: int
    threads: int
    flash_attention: bool | None = None
    kv_cache: Literal["f16", "q8_0", "q4_0"] = "f16"
    embeddings: bool = False


def check(options: ContextOptions) -> None:
    """Raise `ModelUnusable` for what llama.cpp would abort on or silently change."""
    if not 1 <= options.sequences <= MOST_SEQUENCES:
        raise ModelUnusable(f"parallel {options.sequences} is out of range", f"write 1 to {MOST_SEQUENCES}")
    if not options.sequences <= options.batch <= LARGEST_BATCH:
        raise ModelUnusable(
            f"batch {options.batch} is out of range",
            f"write {options.sequences} (a token for each conversation) to {LARGEST_BATCH}",
        )
    if not 1 <= options.threads <= MOST_THREADS:
        raise ModelUnusable(f"threads {options.threads} is out of range", f"write 1 to {MOST_THREADS}")
    if options.context < 1 or options.context * options.sequences >= LARGEST_CONTEXT:
        raise ModelUnusable(
            f"a context of {options.context} tokens for each of {options.sequences} conversations is out of range",
            "write a smaller context",
        )
    if options.kv_cache != "f16" and options.flash_attention is False:
        raise ModelUnusable(
            f"kv_cache {options.kv_cache} needs flash attention", "write flash_attention: auto, or kv_cache: f16"
        )


class Context:
    """KV memory and compute buffers over some weights. Raises: `ModelUnusable`."""

    def __init__(self, weights: Weights, options: ContextOptions) -> None:
        check(options)
        llama = self.llama = weights.llama
        params = self.params(weights, options)
        self._abort_flag = ctypes.create_string_buffer(2)
        params.abort_callback, params.abort_callback_data = library.never_waiting_abort(llama, self._abort_flag)
        native = install(llama)
        mark = native.mark()
        self.pointer = llama.llama_init_from_model(weights.pointer, params)
        if not self.pointer:
            raise unusable(
                f"a context of {options.context} tokens for each of {options.sequences} conversations",
                native.since(mark),
                "write a smaller context or fewer parallel conversations",
            )
        self.vocab_size = weights.vocab.size
        self.width = weights.width
        self.sequences = options.sequences
        self._embeds = options.embeddings
        self.length: int = llama.llama_n_ctx_seq(self.pointer)
        self.batch: int = llama.llama_n_batch(self.pointer)
        self.memory = llama.llama_get_memory(self.pointer)
        self._fill = _Batch(llama, self.batch, options.sequences)

    @staticmethod
    def params(weights: Weights, options: ContextOptions) -> Any:
        """The options as llama.cpp takes them: each sequence has a part of the KV cache of its own."""
        llama = weights.llama
        params = llama.llama_context_default_params()
        params.n_seq_max = options.sequences
        params.n_ctx = -(-options.context // 256) * 256 * options.sequences
        params.n_batch = options.batch
        params.n_ubatch = options.batch if options.embeddings else min(options.batch, 512)
        params.n_outputs_max = options.batch if options.embeddings else options.sequences
        params.n_threads = params.n_threads_batch = options.threads
        params.kv_unified = False
        params.no_perf = True
        params.embeddings = options.embeddings
        if options.embeddings and not weights.pools:
            params.pooling_type = llama.LLAMA_POOLING_TYPE_MEAN
        params.type_k = params.type_v = getattr(llama, f"GGML_TYPE_{options.kv_cache.upper()}")
        if options.flash_attention is not None:
            params.flash_attn_type = int(options.flash_attention)
        return params

    def add(self, sequence: int, position: int, tokens: Tokens, *, logits: bool) -> int:
        """Put tokens into the next decode; the index of the last one, to ask its logits by."""
        return self._fill.add(sequence, position, tokens, first_logits=0 if self._embeds else len(tokens) - logits)

    def decode(self) -> int:
        """Run what was added. 0: done; 1: no room in the KV cache; 2: aborted; less than 0: refused.

        After anything but 0 the sequences of the batch must be put back with `keep`.
        """
        code = int(self.llama.llama_decode(self.pointer, self._fill.take()))
        if code == 0:
            self.llama.llama_synchronize(self.pointer)
        return code

    def logits(self, index: int) -> Floats:
        """The logits of one index as a view of llama.cpp's memory, valid until the next decode; may be changed."""
        found = self.llama.llama_get_logits_ith(self.pointer, index)
        if not found:
            raise IndexError(index)
        memory: Any = (ctypes.c_float * self.vocab_size).from_address(ctypes.addressof(found.contents))
        view: Floats = np.frombuffer(memory, np.float32)
        return view

    def logit(self, index: int, token: int) -> float:
        """One token's logit at one index."""
        return float(self.llama.llama_get_logits_ith(self.pointer, index)[token])

    def embedding(self, sequence: int) -> Floats | None:
        """The pooled embedding of a sequence that was just decoded, or None where the model does not pool."""
        found = self.llama.llama_get_embeddings_seq(self.pointer, sequence)
        return np.ctypeslib.as_array(found, (self.width,)).copy() if found else None

    def keep(self, sequence: int, count: int) -> int:
        """Forget all but the first `count` tokens; how many stayed (0 where the model cannot forget a part)."""
        if count > 0 and self.llama.llama_memory_seq_rm(self.memory, sequence, count, -1):
            return count
        self.llama.llama_memory_seq_rm(self.memory, sequence, -1, -1)
        return 0

    def copy(self, source: int, target: int, count: int) -> int:
        """Make `target` hold the first `count` tokens of `source`; how many it holds then."""
        self.keep(target, 0)
        # Between separate streams only whole sequences can be copied: a part aborts the process.
        self.llama.llama_memory_seq_cp(self.memory, source, target, -1, -1)
        return self.keep(target, count)

    def held(self, sequence: int) -> int:
        """Tokens that llama.cpp itself says a sequence holds."""
        return int(self.llama.llama_memory_seq_pos_max(self.memory, sequence)) + 1

    def abort(self) -> None:
        """Stop a running decode within milliseconds, from any thread. It stays stopped."""
        self._abort_flag[0] = b"\1"

    def free(self) -> None:
        """Give the memory back; no decode may be running."""
        pointer, self.pointer = self.pointer, None
        if pointer:
            self.llama.llama_free(pointer)


class _Batch:
    """A llama_batch that lives in numpy memory: filled by slices, nothing to free."""

    def __init__(self, llama: Any, size: int, sequences: int) -> None:
        self.size, self.count = size, 0
        self.tokens, self.positions = np.zeros(size, np.int32), np.zeros(size, np.int32)
        self.ones, self.logits = np.ones(size, np.int32), np.zeros(size, np.int8)
        self.ids = np.arange(sequences, dtype=np.int32)
        self.addresses = self.ids.ctypes.data + 4 * np.arange(sequences, dtype=np.uint64)
        self.sequences = np.zeros(size, np.uint64)
        self.steps = np.arange(size, dtype=np.int32)
        int32 = ctypes.POINTER(ctypes.c_int32)
        self.native = llama.llama_batch(
            n_tokens=0,
            token=self.tokens.ctypes.data_as(int32),
            embd=None,
            pos=self.positions.ctypes.data_as(int32),
            n_seq_id=self.ones.ctypes.data_as(int32),
            seq_id=self.sequences.ctypes.data_as(ctypes.POINTER(int32)),
            logits=self.logits.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )

    def add(self, sequence: int, position: int, tokens: Tokens, *, first_logits: int) -> int:
        start, end = self.count, self.count + len(tokens)
        if end > self.size:
            raise OverflowError(f"{end} tokens in a batch of {self.size}")
        self.tokens[start:end] = tokens
        self.positions[start:end] = self.steps[: len(tokens)] + position
        self.sequences[start:end] = self.addresses[sequence]
        self.logits[start:end] = 0
        self.logits[start + first_logits : end] = 1
        self.count = end
        return end - 1

    def take(self) -> Any:
        self.native.n_tokens, self.count = self.count, 0
        return self.native
