"""The contents of files as hashes: the truth about whether anything changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

Hashes = Mapping[Path, str]

NOTHING = ""  # there is no such file, it cannot be read, or nothing stands in it


def hashes(paths: Iterable[Path]) -> Hashes:
    """The content of each file as a hash."""
    return {path: digest(path) for path in paths}


def digest(path: Path) -> str:
    """The hash of a file's content, or `NOTHING`."""
    return digest_of(read_bytes(path))


def digest_of(content: bytes) -> str:
    """The hash of what stood in a file."""
    return hashlib.sha256(content).hexdigest() if content else NOTHING


def read_bytes(path: Path) -> bytes:
    """What stands in a file; nothing where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def changed(now: Hashes, seen: Hashes) -> bool:
    """Whether any file of `now` is another than it was."""
    return any(seen.get(path) != content for path, content in now.items())
