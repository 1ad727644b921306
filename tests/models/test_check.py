from __future__ import annotations

import io
import os
import resource
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lazyflow.errors import ModelUnusable
from lazyflow.models.check import ModelFile, check
from lazyflow.models.found import Found
from lazyflow.models.ggml import tensor_bytes
from lazyflow.models.gguf import BadHeader, read_header
from tests.models.ggufs import CHAT, ONE_TENSOR, gguf

ABSURD = 2**63


def checked(folder: Path, content: bytes, name: str = "x.gguf") -> ModelFile:
    path = folder / name
    path.write_bytes(content)
    return check(Found(path, (path,), "file"))


def split(folder: Path, *parts: bytes) -> Found:
    paths = tuple(folder / f"m-{n:05}-of-{len(parts):05}.gguf" for n in range(1, len(parts) + 1))
    for path, content in zip(paths, parts, strict=True):
        path.write_bytes(content)
    return Found(paths[0], paths, "file")


def shard(number: int, count: int = 2, **more: object) -> bytes:
    own = {"split.no": number, "split.count": count, **more}
    return gguf({**(CHAT if number == 0 else {}), **own})


def test_a_whole_model_tells_what_it_is(tmp_path: Path) -> None:
    metadata = {**CHAT, "tokenizer.chat_template": "{{ x }}" * 5000, "tokenizer.ggml.tokens": ["a", "bc"] * 1000}
    model = checked(tmp_path, gguf(metadata))
    assert (model.architecture, model.name, model.quant) == ("llama", "Tiny", "Q4_K_M")
    assert (model.parameters, model.trained_context, model.has_chat_template) == (128, 2048, True)
    stat = model.path.stat()
    assert model.identity == ((stat.st_size, stat.st_mtime_ns, stat.st_ino),)
    assert model.size == stat.st_size


def test_a_header_is_read_again_only_when_size_time_or_inode_changed(tmp_path: Path) -> None:
    model = checked(tmp_path, gguf(CHAT))
    stat = model.path.stat()
    with model.path.open("r+b") as file:
        file.write(b"no header at all")
    os.utime(model.path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert check(Found(model.path, (model.path,), "file")) == model
    os.utime(model.path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
    for _ in range(2):
        with pytest.raises(ModelUnusable):
            check(Found(model.path, (model.path,), "file"))


def test_a_model_that_says_little_is_fine(tmp_path: Path) -> None:
    model = checked(tmp_path, gguf({"general.architecture": "llama"}), "x.Q8_0.gguf")
    assert (model.quant, model.trained_context, model.has_chat_template) == ("Q8_0", 0, False)


def test_the_real_model_is_whole_and_read_fast(smollm2: Path) -> None:
    began = time.perf_counter()
    model = check(Found(smollm2, (smollm2,), "package"))
    assert time.perf_counter() - began < 1.0
    assert (model.architecture, model.quant, model.trained_context) == ("llama", "Q4_1", 8192)
    assert model.parameters == 134_515_008
    assert model.has_chat_template


def test_the_real_model_needs_each_of_its_bytes(smollm2: Path) -> None:
    with smollm2.open("rb") as file:
        assert read_header(file, smollm2.stat().st_size).needed == smollm2.stat().st_size


def test_a_cut_off_file_is_told_wherever_the_cut_is(tmp_path: Path) -> None:
    whole = gguf({**CHAT, "tokenizer.ggml.tokens": ["a", "bc"], "list": [1, 2, 3]})
    for size in range(1, len(whole)):
        with pytest.raises(ModelUnusable, match="cut off") as caught:
            checked(tmp_path, whole[:size])
        assert "download it again" in caught.value.help


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><html>', "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS pointer"),
        (struct.pack("<Q", 300) + b'{"__metadata__":{}}', "safetensors"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x80\x02}q\x00", "pickle"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"tjgg\x03\0\0\0", "old GGJT"),
        (b'{"error": "not found"}', "JSON"),
        (b"Not Found\n", "text file"),
        (b"\0" * 4096, "zeros"),
        (b"FUGG\0\0\0\3", "big-endian"),
        (os.urandom(1).replace(b"G", b"x") + b"\x01\x02\xff\xfe" * 400, "not a GGUF"),
        (b"GGUF" + struct.pack(">I", 3) + b"\0" * 64, "big-endian"),
        (gguf(version=1), "version 1"),
        (gguf(version=77), "version 77"),
    ],
)
def test_what_is_no_loadable_gguf_is_called_by_its_name(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(ModelUnusable, match=words) as caught:
        checked(tmp_path, content)
    assert caught.value.help
    assert str(tmp_path / "x.gguf") in caught.value.message


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"general.architecture": "clip"}, "projector"),
        ({**CHAT, "general.type": "adapter"}, "LoRA"),
        ({**CHAT, "general.type": "imatrix"}, "importance matrix"),
        ({"general.architecture": "nomic-bert"}, "embedding model"),
        ({**CHAT, "llama.pooling_type": 3}, "embedding model"),
        ({"general.name": "x"}, "no language model"),
    ],
)
def test_a_gguf_that_cannot_chat_is_refused(tmp_path: Path, metadata: Mapping[str, object], words: str) -> None:
    with pytest.raises(ModelUnusable, match=words):
        checked(tmp_path, gguf(metadata))


def test_a_vocabulary_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="vocabulary only"):
        checked(tmp_path, gguf(tensors=()))


def test_shards_add_up(tmp_path: Path) -> None:
    model = check(split(tmp_path, shard(0, **{"split.tensors.count": 2}), shard(1)))
    assert model.parameters == 256
    assert len(model.identity) == 2


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((shard(0), shard(1)[:-1]), "cut off"),
        ((shard(1), shard(0)), "architecture|not shard"),
        ((shard(0), shard(0)), "is not shard 2 of 2"),
        ((shard(0, 3), shard(1, 3)), "was split in 3 files, and 2 are there"),
        ((shard(0, **{"split.tensors.count": 9}), shard(1)), "2 of 9 tensors"),
        ((gguf(), gguf()), "was split in 1 files"),
    ],
)
def test_shards_that_do_not_fit_together_are_refused(tmp_path: Path, parts: tuple[bytes, ...], words: str) -> None:
    with pytest.raises(ModelUnusable, match=words):
        check(split(tmp_path, *parts))


def test_a_shard_under_another_name_says_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="shard 1 of 2, and its name does not say so"):
        checked(tmp_path, shard(0))


@pytest.mark.parametrize(
    "content",
    [
        b"GGUF" + struct.pack("<IQQ", 3, ABSURD, 1),
        b"GGUF" + struct.pack("<IQQ", 3, 1, ABSURD),
        gguf({"a": struct.pack("<IQ", 8, ABSURD)}),
        gguf({"a": struct.pack("<IIQ", 9, 4, ABSURD)}),
        gguf({"a": struct.pack("<IIQ", 9, 8, ABSURD)}),
        gguf({"a": struct.pack("<IIQ", 9, 9, 1) * 100}),
        gguf({"a": struct.pack("<IIQ", 9, 8, 1 << 21) + b"\0" * 64}),
        gguf({"a": struct.pack("<I", 99)}),
        gguf({**CHAT, "general.alignment": 0}),
        gguf({**CHAT, "general.alignment": 33}),
        gguf(tensors=[("t", (0, 4), 0, b"")]),
        gguf(tensors=[("t", (2**62, 2**62), 0, b"")]),
        gguf(tensors=[("t", (1,) * 9, 0, b"")]),
        b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, ABSURD),
    ],
)
def test_a_hostile_header_is_refused_at_once(tmp_path: Path, content: bytes) -> None:
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelUnusable, match=r"damaged|cut off|array of arrays"):
        checked(tmp_path, content)
    assert time.perf_counter() - began < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16_000


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 40))
def test_any_bytes_are_read_or_refused(noise: bytes, at: int, cut: int) -> None:
    whole = gguf({**CHAT, "tokenizer.ggml.tokens": ["a", "bc"], "list": [1, 2, 3]})
    content = (whole[:at] + noise + whole[at + cut :])[4:]
    bent = b"GGUF" + content
    try:
        header = read_header(io.BytesIO(bent), len(bent))
    except BadHeader:
        return
    assert header.needed >= 0


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=12))
def test_any_numbers_in_a_header_are_read_or_refused(numbers: list[int]) -> None:
    bent = b"GGUF\3\0\0\0" + struct.pack(f"<{len(numbers)}Q", *numbers)
    try:
        header = read_header(io.BytesIO(bent), len(bent))
    except BadHeader:
        return
    assert header.needed <= len(bent) or header.tensors


def test_a_type_newer_than_the_table_is_left_to_llama_cpp(tmp_path: Path) -> None:
    assert tensor_bytes(4096, (32, 4)) is None
    assert checked(tmp_path, gguf(tensors=[*ONE_TENSOR, ("t", (32, 4), 4096, b"x")])).parameters == 256


def test_what_is_put_in_a_models_place_cannot_hang_the_app(tmp_path: Path) -> None:
    pipe = tmp_path / "x.gguf"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), tmp_path, tmp_path / "gone.gguf"):
        with pytest.raises(ModelUnusable):
            check(Found(path, (path,), "file"))


def test_no_heavy_library_is_needed(tmp_path: Path) -> None:
    before = set(sys.modules)
    checked(tmp_path, gguf())
    assert not (set(sys.modules) - before) & {"numpy", "llama_cpp", "gguf"}
