"""ggml's own libraries, as libllama uses them: devices and GGUF tables are asked here.

A wheel holds several copies of libggml with a registry of devices each; libllama is linked to the versioned name, and
what `llama_cpp._ggml` opens is another copy. Nothing here imports llama_cpp: that takes a second, this milliseconds.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lazyflow.engine.native_log import CALLBACK, process_log
from lazyflow.errors import LazyflowError, MissingExtra

POINTER = ctypes.c_void_p
NAMES = {"win32": ("{}.dll",), "darwin": ("lib{}.0.dylib", "lib{}.dylib")}
LINUX = ("lib{}.so.0", "lib{}.so")


class GgufOptions(ctypes.Structure):
    """`gguf_init_params` (ggml/include/gguf.h)."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("context", POINTER))


Signatures = dict[str, tuple[list[Any], Any]]

_TEXT, _ID, _SIZE = ctypes.c_char_p, ctypes.c_int64, ctypes.c_size_t
_REGISTRY: Signatures = {
    "ggml_backend_load_all": ([], None),
    "ggml_backend_reg_count": ([], _SIZE),
    "ggml_backend_reg_get": ([_SIZE], POINTER),
    "ggml_backend_dev_count": ([], _SIZE),
    "ggml_backend_dev_get": ([_SIZE], POINTER),
}
_BASE: Signatures = {
    "ggml_log_set": ([CALLBACK, POINTER], None),
    "ggml_backend_reg_name": ([POINTER], _TEXT),
    "ggml_backend_dev_name": ([POINTER], _TEXT),
    "ggml_backend_dev_description": ([POINTER], _TEXT),
    "ggml_backend_dev_memory": ([POINTER, ctypes.POINTER(_SIZE), ctypes.POINTER(_SIZE)], None),
    "ggml_backend_dev_type": ([POINTER], ctypes.c_int),
    "ggml_backend_dev_backend_reg": ([POINTER], POINTER),
    "ggml_type_name": ([ctypes.c_int], _TEXT),
    "gguf_init_from_file": ([_TEXT, GgufOptions], POINTER),
    "gguf_free": ([POINTER], None),
    "gguf_find_key": ([POINTER, _TEXT], _ID),
    "gguf_get_kv_type": ([POINTER, _ID], ctypes.c_int),
    "gguf_get_arr_type": ([POINTER, _ID], ctypes.c_int),
    "gguf_get_arr_n": ([POINTER, _ID], _SIZE),
    "gguf_get_arr_data": ([POINTER, _ID], POINTER),
    "gguf_get_val_data": ([POINTER, _ID], POINTER),
    "gguf_get_val_str": ([POINTER, _ID], _TEXT),
    "gguf_get_data_offset": ([POINTER], _SIZE),
    "gguf_get_n_tensors": ([POINTER], _ID),
    "gguf_get_tensor_name": ([POINTER, _ID], _TEXT),
    "gguf_get_tensor_offset": ([POINTER, _ID], _SIZE),
    "gguf_get_tensor_size": ([POINTER, _ID], _SIZE),
    "gguf_get_tensor_type": ([POINTER, _ID], ctypes.c_int),
}


class Ggml:
    """The two libraries with their signatures. Raises: `MissingExtra`, `LazyflowError` for a build without them."""

    def __init__(self) -> None:
        self._folder = library_folder()
        self.base = _open(self._folder, "ggml-base", _BASE)
        self.base.ggml_log_set(process_log().callback, None)

    @cached_property
    def registry(self) -> ctypes.CDLL:
        """The devices, and the drivers with them: headers are read without."""
        registry = _open(self._folder, "ggml", _REGISTRY)
        if not registry.ggml_backend_reg_count():  # as llama.cpp does where backends are files of their own
            registry.ggml_backend_load_all()
        return registry


def library_folder() -> Path:
    """Where llama-cpp-python keeps its libraries. Raises: `MissingExtra`."""
    spec = find_spec("llama_cpp")
    if spec is None or spec.origin is None:
        raise MissingExtra("llama-cpp-python", "local")
    return Path(spec.origin).parent / "lib"


def library_file(folder: Path, name: str, platform: str = sys.platform) -> Path:
    """The file that libllama itself uses for `name` (`ggml`, `ggml-base`). Raises: `LazyflowError`."""
    candidates = [folder / pattern.format(name) for pattern in NAMES.get(platform, LINUX)]
    for path in candidates:
        if path.is_file():
            return path
    raise LazyflowError(
        f"llama-cpp-python has no {candidates[0].name} in {folder}",
        "run: pip install --force-reinstall 'lazyflow[local]'",
    )


def _open(folder: Path, name: str, signatures: Signatures) -> ctypes.CDLL:
    path = library_file(folder, name)
    try:
        library = ctypes.CDLL(str(path))
        for function, (arguments, result) in signatures.items():
            found = getattr(library, function)
            found.argtypes, found.restype = arguments, result
    except (OSError, AttributeError) as error:
        raise LazyflowError(f"{path} does not fit: {error}", "run: pip install 'lazyflow[local]'") from error
    return library
