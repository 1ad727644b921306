"""Is this file, with all its shards, a whole model that can chat? Checked before llama.cpp sees it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from lazyflow.errors import ModelUnusable
from lazyflow.models.cache import ORIGIN
from lazyflow.models.foreign import HEAD, describe
from lazyflow.models.found import Found
from lazyflow.models.ggml import FILE_TYPES
from lazyflow.models.gguf import MAGIC, BadHeader, Header, read_header
from lazyflow.models.quants import quant_of

_AGAIN = "download it again"
_CHAT = "name a chat or instruct model"
_ENCODERS = frozenset(
    [
        "bert",
        "modern-bert",
        "nomic-bert",
        "nomic-bert-moe",
        "neo-bert",
        "eurobert",
        "jina-bert-v2",
        "jina-bert-v3",
        "gemma-embedding",
        "llama-embed",
        "t5encoder",
        "wavtokenizer-dec",
    ]
)
_NOT_CHAT = {
    "mmproj": ("a projector for images or sound (mmproj)", "name the model that it belongs to"),
    "clip-vision": ("a projector for images", "name the model that it belongs to"),
    "adapter": ("an adapter (LoRA), not a whole model", "name the model that it was made for"),
    "imatrix": ("an importance matrix, not a model", _CHAT),
    "controlvector": ("a control vector, not a model", _CHAT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A whole model on disk and what its header says.

    `identity` is (size, mtime in ns, inode) of each shard, `size` all their bytes, `parameters` the number of weights,
    `trained_context` tokens (0 where the file does not say).
    """

    path: Path
    shards: tuple[Path, ...]
    origin: str
    identity: tuple[tuple[int, int, int], ...]
    size: int
    architecture: str
    name: str
    quant: str
    parameters: int
    trained_context: int
    has_chat_template: bool


def check(found: Found) -> ModelFile:
    """Read the header of every shard and check that the files are whole and hold a model that can chat.

    Raises: `ModelUnusable` saying in plain words what the file is instead, or what it lacks.
    """
    try:
        identity, headers = zip(*(_read(path) for path in found.shards), strict=True)
        first = headers[0]
        _can_chat(found.path, first)
        _belong_together(found, headers)
    except ModelUnusable as error:
        if found.origin == ORIGIN and error.help == _AGAIN:
            blobs = " ".join(f"'{path.resolve()}'" for path in found.shards)
            raise ModelUnusable(error.message, f"run: rm {blobs}, then fetch it again: lazyflow pull") from None
        raise
    architecture = first.text("general.architecture")
    return ModelFile(
        path=found.path,
        shards=found.shards,
        origin=found.origin,
        identity=identity,
        size=sum(size for size, _, _ in identity),
        architecture=architecture,
        name=first.text("general.name"),
        quant=_quant(found.path, first),
        parameters=sum(header.parameters for header in headers),
        trained_context=first.number(f"{architecture}.context_length"),
        has_chat_template=bool(first.text("tokenizer.chat_template")),
    )


def _read(path: Path) -> tuple[tuple[int, int, int], Header]:
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ModelUnusable(f"{path} is not a regular file", "name a .gguf file or a folder with one in it")
            identity = status.st_size, status.st_mtime_ns, status.st_ino
            return identity, _header(_Opened(path, identity, file))
    except OSError as error:
        raise ModelUnusable(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that is open. Those that are alike but for that have the same content."""

    path: Path
    identity: tuple[int, int, int]
    file: BinaryIO = field(compare=False)


@lru_cache(maxsize=64)
def _header(opened: _Opened) -> Header:
    """Read once: each reload asks, and a large vocabulary takes tens of milliseconds."""
    path, file, size = opened.path, opened.file, opened.identity[0]
    head = file.read(HEAD)
    if not head:
        raise ModelUnusable(f"{path} is empty", _AGAIN)
    if not head.startswith(MAGIC):
        if MAGIC.startswith(head):
            raise ModelUnusable(f"{path} is cut off: it has {size} bytes", _AGAIN)
        what, remedy = describe(head)
        raise ModelUnusable(f"{path} is {what}", remedy)
    try:
        header = read_header(file, size)
    except BadHeader as error:
        raise ModelUnusable(f"{path} {error}", _AGAIN) from None
    if header.needed > size:
        raise ModelUnusable(f"{path} is cut off: it has {size:,} of {header.needed:,} bytes", _AGAIN)
    return header


def _can_chat(path: Path, header: Header) -> None:
    architecture = header.text("general.architecture")
    if architecture == "clip":
        what, remedy = _NOT_CHAT["mmproj"]
        raise ModelUnusable(f"{path} is {what}", remedy)
    if header.text("general.type") in _NOT_CHAT:
        what, remedy = _NOT_CHAT[header.text("general.type")]
        raise ModelUnusable(f"{path} is {what}", remedy)
    if not architecture:
        raise ModelUnusable(f"{path} does not say which architecture it has: it is no language model", _CHAT)
    if architecture in _ENCODERS or header.number(f"{architecture}.pooling_type"):
        raise ModelUnusable(f"{path} is an embedding model ({architecture}), which cannot write text", _CHAT)


def _quant(path: Path, header: Header) -> str:
    told = header.metadata.get("general.file_type")
    return FILE_TYPES.get(told, "") if isinstance(told, int) else quant_of(path.name)


def _belong_together(found: Found, headers: tuple[Header, ...]) -> None:
    count = headers[0].number("split.count")
    if max(count, 1) != len(headers):
        if len(headers) == 1:
            message = (
                f"{found.path} is shard {headers[0].number('split.no') + 1} of {count}, and its name does not say so"
            )
            raise ModelUnusable(message, f"name the files ...-00001-of-{count:05}.gguf, and so on, in one folder")
        raise ModelUnusable(f"{found.path} was split in {max(count, 1)} files, and {len(headers)} are there", _AGAIN)
    for number, (path, header) in enumerate(zip(found.shards, headers, strict=True)):
        if header.number("split.no") != number or header.number("split.count") != count:
            raise ModelUnusable(f"{path} is not shard {number + 1} of {count} of this model, whatever its name", _AGAIN)
    tensors, promised = sum(header.tensors for header in headers), headers[0].number("split.tensors.count")
    if not tensors:
        raise ModelUnusable(f"{found.path} holds a vocabulary only, no weights", _CHAT)
    if promised and promised != tensors:
        raise ModelUnusable(f"{found.path} has {tensors} of {promised} tensors: its shards do not fit together", _AGAIN)


def _without_waiting(path: str, flags: int) -> int:
    """Open so that a pipe put in the file's place cannot hang the app."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
