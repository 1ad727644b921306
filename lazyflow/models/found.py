"""What looking a model up ends with: files on disk, or a download that is needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Found:
    """A model on disk: its first file, all its files in order, and where it came from in a few words."""

    path: Path
    shards: tuple[Path, ...]
    origin: str

    @property
    def identity(self) -> tuple[tuple[int, int, int], ...]:
        """(size in bytes, mtime in ns, inode) of each file: a file that was replaced is another model."""
        return tuple((stat.st_size, stat.st_mtime_ns, stat.st_ino) for stat in (path.stat() for path in self.shards))


@dataclass(frozen=True, slots=True)
class Remote:
    """A model that must come from the Hub: one `file` of `repo`, or the best one of `quant` (empty: of any).

    `tried` are the places that were looked at before, for the message of a download that fails.
    """

    repo: str
    revision: str = "main"
    file: str = ""
    quant: str = ""
    tried: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As a user writes it."""
        return self.repo + (f"/{self.file}" if self.file else "") + (f":{self.quant}" if self.quant else "")
