"""llama.cpp's library, imported once: its environment set first, its version and functions checked."""

from __future__ import annotations

import ctypes
import importlib
import os
from types import ModuleType

from lazyflow.engine import native_log
from lazyflow.errors import LazyflowError, MissingExtra

ENVIRONMENT = {
    "GGML_NO_BACKTRACE": "1",  # a native assert must not start a debugger
    "GOMP_SPINCOUNT": "1000",  # idle threads of a step must not spin while the web needs the cores
}
OLDEST = (0, 3, 36)
NEEDED = (
    "llama_decode",
    "llama_get_embeddings_seq",
    "llama_get_logits_ith",
    "llama_get_memory",
    "llama_init_from_model",
    "llama_memory_seq_cp",
    "llama_memory_seq_pos_max",
    "llama_memory_seq_rm",
    "llama_model_load_from_file",
    "llama_n_ctx_seq",
    "llama_sampler_init_grammar",
    "llama_sampler_sample",
    "llama_synchronize",
    "llama_token_to_piece",
    "llama_tokenize",
    "llama_vocab_is_eog",
)
FIELDS = {
    "llama_model_params": ("n_gpu_layers", "split_mode", "load_mode", "main_gpu", "tensor_split", "progress_callback"),
    "llama_context_params": ("n_ctx", "n_seq_max", "n_outputs_max", "flash_attn_type", "kv_unified", "abort_callback"),
    "llama_batch": ("n_tokens", "token", "embd", "pos", "n_seq_id", "seq_id", "logits"),
}


class WrongLlamaCpp(LazyflowError):
    """The installed llama-cpp-python lacks what the engine needs."""


def version(module: ModuleType) -> tuple[int, ...]:
    """The module's version as numbers: `0.3.36+cu12` is (0, 3, 36)."""
    numbers = str(module.__version__).split("+", 1)[0].split(".")[:3]
    return tuple(int("".join(filter(str.isdigit, number)) or 0) for number in numbers)


def check(module: ModuleType) -> None:
    """Raise `WrongLlamaCpp` where version, functions or structures are not those that the engine was written for."""
    missing = [name for name in NEEDED if not hasattr(module, name)]
    for name, fields in FIELDS.items():
        known = {field[0] for field in getattr(getattr(module, name, None), "_fields_", ())}
        missing += [f"{name}.{field}" for field in fields if field not in known]
    if missing or version(module) < OLDEST:
        raise WrongLlamaCpp(
            f"llama-cpp-python {module.__version__} does not fit" + (f": no {', '.join(missing)}" if missing else ""),
            "run: pip install 'lazyflow[local]'",
        )


def load() -> ModuleType:
    """The module `llama_cpp`, checked and with its backends started. Raises: `MissingExtra`, `WrongLlamaCpp`."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        module = importlib.import_module("llama_cpp")
    except ImportError as error:
        raise MissingExtra("llama-cpp-python", "local") from error
    check(module)
    native_log.install(module)
    module.llama_backend_init()
    return module


def never_waiting_abort(module: ModuleType, flag: ctypes.Array[ctypes.c_char]) -> tuple[object, object]:
    """An abort callback and its data that stop a decode once `flag`, two bytes, starts with anything but NUL.

    It is libc's `strlen`: a Python function would take the interpreter's lock hundreds of times a decode.
    """
    strlen = ctypes.CDLL(None).strlen
    return ctypes.cast(strlen, module.ggml_abort_callback), ctypes.cast(flag, ctypes.c_void_p)
