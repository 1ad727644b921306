"""Split models: `name-00001-of-00003.gguf` and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SHARD = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<end>\.gguf)", re.IGNORECASE | re.DOTALL)
MAX_SHARDS = 2048


@dataclass(frozen=True, slots=True)
class Shards:
    """The files of one model in order; `missing` are those that a split one should have and has not."""

    files: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def first(self) -> str:
        """The file that llama.cpp is given."""
        return self.files[0]


def place(file: str) -> tuple[int, int] | None:
    """Which shard of how many a file's name says it is, counted from 1; None for a file that is not split."""
    match = _SHARD.fullmatch(file)
    if not match:
        return None
    number, count = int(match["number"]), int(match["count"])
    return (number, count) if 1 <= number <= count <= MAX_SHARDS else None


def siblings(file: str) -> tuple[str, ...]:
    """The names of all shards of the model that `file` belongs to, in order; `file` alone where it is not split."""
    match, spot = _SHARD.fullmatch(file), place(file)
    if not match or not spot:
        return (file,)
    return tuple(f"{match['stem']}-{number:05}-of-{spot[1]:05}{match['end']}" for number in range(1, spot[1] + 1))


def group(files: Iterable[str]) -> tuple[Shards, ...]:
    """Put the shards of each model together, in the order of names."""
    present = sorted(files)
    known = set(present)
    sets = dict.fromkeys(siblings(file) for file in present)
    return tuple(
        Shards(tuple(file for file in names if file in known), tuple(file for file in names if file not in known))
        for names in sets
    )
