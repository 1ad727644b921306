from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from lazyflow.models.ggml import BLOCKS


@pytest.mark.model
def test_block_sizes_are_those_of_the_installed_llama_cpp() -> None:
    import llama_cpp  # noqa: PLC0415 - heavy

    library = ctypes.CDLL(str(Path(llama_cpp.__file__).parent / "lib" / "libggml-base.so.0"))
    library.ggml_type_size.restype = ctypes.c_size_t
    library.ggml_blck_size.restype = ctypes.c_int64
    assert {kind: (library.ggml_blck_size(kind), library.ggml_type_size(kind)) for kind in BLOCKS} == BLOCKS
