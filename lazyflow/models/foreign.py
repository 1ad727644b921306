"""What a file is that was taken for a GGUF and is none, told from its first bytes."""

from __future__ import annotations

from lazyflow.models.gguf import MAGIC

HEAD = 512
"""Bytes that `describe` looks at."""

_MAX_SAFETENSORS_HEADER = 1 << 27
_DOWNLOAD = "download the file itself, for example by naming it owner/repo/file.gguf"
_CONVERT = "convert it with llama.cpp's convert_hf_to_gguf.py, or name a repo that has GGUF files"
_MAGICS = (
    (b"PK\x03\x04", "a zip archive (PyTorch checkpoints are zips too), not a GGUF", _CONVERT),
    (b"\x80\x02", "a Python pickle (an old PyTorch checkpoint), not a GGUF", _CONVERT),
    (b"\x1f\x8b", "compressed with gzip", "decompress it first"),
    (b"BZh", "compressed with bzip2", "decompress it first"),
    (b"\xfd7zXZ", "compressed with xz", "decompress it first"),
    (b"(\xb5/\xfd", "compressed with zstd", "decompress it first"),
    (b"7z\xbc\xaf", "a 7-zip archive", "unpack it first"),
    (b"lmgg", "an old GGML file from before GGUF", "download the model as GGUF, or " + _CONVERT),
    (b"tjgg", "an old GGJT file from before GGUF", "download the model as GGUF, or " + _CONVERT),
    (b"fmgg", "an old GGMF file from before GGUF", "download the model as GGUF, or " + _CONVERT),
    (b"algg", "a GGLA adapter (LoRA), not a model", "name the model that it was made for"),
    (b"\x7fELF", "a program, not a GGUF", _DOWNLOAD),
    (b"\x89HDF", "an HDF5 file, not a GGUF", _CONVERT),
    (b"%PDF", "a PDF, not a GGUF", _DOWNLOAD),
    (MAGIC[::-1], "a GGUF with swapped bytes, made for a big-endian machine", "download the usual little-endian one"),
)


def describe(head: bytes) -> tuple[str, str]:
    """(what the file is, what to do) from its first `HEAD` bytes, which do not start with GGUF's magic."""
    for magic, what, remedy in _MAGICS:
        if head.startswith(magic):
            return what, remedy
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    is_safetensors = head[8:9] == b"{" and int.from_bytes(head[:8], "little") < _MAX_SAFETENSORS_HEADER
    is_page = text.startswith((b"<!doctype html", b"<head", b"<?xml")) or b"<html" in text
    guesses = (
        (head.startswith(b"version https://git-lfs"), "a Git LFS pointer, not the model itself", "run: git lfs pull"),
        (is_page, "a web page, not a GGUF: the download saved a page instead of the file", _DOWNLOAD),
        (is_safetensors, "a safetensors file, not a GGUF", _CONVERT),
        (text.startswith((b"{", b"[")), "a JSON file, not a GGUF", _DOWNLOAD),
        (not head.strip(b"\0"), "filled with zeros: a download that never got its contents", _DOWNLOAD),
        (_is_text(head), "a text file, not a GGUF", _DOWNLOAD),
        (True, "not a GGUF: it does not start with 'GGUF'", _DOWNLOAD),
    )
    return next((what, remedy) for applies, what, remedy in guesses if applies)


def _is_text(head: bytes) -> bool:
    try:
        text = head[: len(head) - 3].decode() if len(head) == HEAD else head.decode()
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
