"""A model's weights: loaded with progress, asked for what its file says, freed once."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lazyflow.engine.native import library
from lazyflow.engine.native.vocab import Vocab
from lazyflow.engine.native_log import install, unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsOptions:
    """llama.cpp's own terms. `gpu_layers` -1 is all; None leaves llama.cpp's default."""

    gpu_layers: int = 0
    main_gpu: int | None = None
    split_mode: int | None = None
    tensor_split: tuple[float, ...] = ()
    mmap: bool | None = None
    mlock: bool | None = None


class Weights:
    """A GGUF in memory. `progress` gets 0 to 1 and returns False to stop. Raises: `ModelUnusable`."""

    def __init__(self, path: Path, options: WeightsOptions, progress: Callable[[float], bool]) -> None:
        llama = library.load()
        self.llama: Any = llama
        params = llama.llama_model_default_params()
        params.n_gpu_layers = options.gpu_layers
        if options.gpu_layers == 0:  # no device at all: llama.cpp would else compute large batches on one
            nothing = (ctypes.c_void_p * 1)(None)
            params.devices = ctypes.cast(nothing, ctypes.c_void_p)
        else:
            self._spread(params, options)
        params.load_mode = self._load_mode(options)
        callback = llama.llama_progress_callback(lambda fraction, _: progress(fraction))
        params.progress_callback = callback
        native = install(llama)
        mark = native.mark()
        self.pointer = llama.llama_model_load_from_file(str(path).encode(), params)
        if not self.pointer:
            raise unusable(f"the weights of {path}", native.since(mark), "is it a whole GGUF of a language model?")
        self.vocab = Vocab(llama, llama.llama_model_get_vocab(self.pointer))

    def _spread(self, params: Any, options: WeightsOptions) -> None:
        if options.main_gpu is not None:
            params.main_gpu = options.main_gpu
        if options.split_mode is not None:
            params.split_mode = options.split_mode
        if options.tensor_split:
            room = self.llama.llama_max_devices()
            self._shares = (ctypes.c_float * room)(*options.tensor_split[:room])
            params.tensor_split = ctypes.cast(self._shares, ctypes.POINTER(ctypes.c_float))

    def _load_mode(self, options: WeightsOptions) -> int:
        mmap, mlock = options.mmap, options.mlock
        if mmap is None and mlock is None:
            return int(self.llama.LLAMA_LOAD_MODE_AUTO)
        by_choice = {
            (True, True): self.llama.LLAMA_LOAD_MODE_MMAP_MLOCK,
            (True, False): self.llama.LLAMA_LOAD_MODE_MMAP,
            (False, True): self.llama.LLAMA_LOAD_MODE_MLOCK,
            (False, False): self.llama.LLAMA_LOAD_MODE_NONE,
        }
        return int(by_choice[mmap is not False, bool(mlock)])

    @property
    def size(self) -> int:
        """Bytes of all tensors."""
        return int(self.llama.llama_model_size(self.pointer))

    @property
    def layers(self) -> int:
        """Layers, the output layer not counted."""
        return int(self.llama.llama_model_n_layer(self.pointer))

    @property
    def trained_context(self) -> int:
        """Tokens the model was trained on."""
        return int(self.llama.llama_model_n_ctx_train(self.pointer))

    @property
    def width(self) -> int:
        """Numbers in an embedding."""
        return int(self.llama.llama_model_n_embd(self.pointer))

    @property
    def pools(self) -> bool:
        """Whether the file says how the embedding of a text is made from those of its tokens."""
        return bool(self.meta(f"{self.meta('general.architecture')}.pooling_type"))

    def meta(self, key: str) -> str:
        """A value of the file's metadata as text; empty where there is none."""
        buffer = ctypes.create_string_buffer(256)
        self.llama.llama_model_meta_val_str(self.pointer, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    @property
    def description(self) -> str:
        """Architecture, size and quantisation in a line."""
        buffer = ctypes.create_string_buffer(256)
        self.llama.llama_model_desc(self.pointer, buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    @property
    def chat_template(self) -> str | None:
        """The Jinja text that the file carries."""
        found = self.llama.llama_model_chat_template(self.pointer, None)
        return found.decode("utf-8", "replace") if found else None

    def free(self) -> None:
        """Give the memory back. Every context made of these weights must be freed before."""
        pointer, self.pointer = self.pointer, None
        if pointer:
            self.llama.llama_model_free(pointer)
