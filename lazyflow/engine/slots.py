"""Slots: sequences of the KV cache, what each holds, and which one serves a prompt with the least work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lazyflow.engine.native.vocab import Tokens

WORTH_COPYING = 32
"""Tokens: a copy between streams moves a whole stream, so a shorter prefix is read again instead."""


class Memory(Protocol):
    """The KV cache's own operations; each tells how many tokens a sequence holds afterwards."""

    def keep(self, sequence: int, count: int) -> int:
        """Forget all but the first `count` tokens."""

    def copy(self, source: int, target: int, count: int) -> int:
        """Make `target` hold the first `count` tokens of `source`."""


class Slot:
    """One sequence: the first `count` of `tokens` are what the cache holds of it."""

    __slots__ = ("busy", "count", "sequence", "tokens", "used")

    def __init__(self, sequence: int, length: int) -> None:
        self.sequence, self.count, self.busy, self.used = sequence, 0, False, 0
        self.tokens = np.zeros(length, np.int32)

    def common(self, prompt: Tokens) -> int:
        """How many tokens of `prompt` this slot already holds from the start."""
        shorter = min(self.count, len(prompt))
        different = np.flatnonzero(self.tokens[:shorter] != prompt[:shorter])
        return int(different[0]) if len(different) else shorter


@dataclass(frozen=True, slots=True)
class Placement:
    """Serve a prompt from `slot`, after copying `reuse` tokens from `source` where that is another slot."""

    slot: Slot
    source: Slot
    reuse: int


def place(slots: list[Slot], prompt: Tokens) -> Placement | None:
    """Where a prompt goes: None while every slot is busy. Its last token is never reused: it must give logits."""
    idle = [slot for slot in slots if not slot.busy]
    if not idle:
        return None
    best = max(slots, key=lambda slot: (slot.common(prompt), not slot.busy, -slot.sequence))
    reuse = min(best.common(prompt), len(prompt) - 1)
    # Taken in place only where most of what it holds goes on: or the second person steals the first one's cache.
    if not best.busy and 2 * reuse >= best.count:
        return Placement(best, best, reuse)
    # Empty ones first, then the least recently used; low numbers first, since holes split a batch.
    worth = reuse >= WORTH_COPYING
    slot = min(idle, key=lambda slot: (worth and slot is best, slot.count > 0, slot.used, slot.sequence))
    if slot is best or not worth:
        return Placement(slot, slot, min(slot.common(prompt), len(prompt) - 1))
    return Placement(slot, best, reuse)


class Slots:
    """All slots of a context."""

    def __init__(self, memory: Memory, count: int, length: int) -> None:
        self._memory = memory
        self._clock = 0
        self.all = [Slot(sequence, length) for sequence in range(count)]

    def take(self, prompt: Tokens) -> Slot | None:
        """A slot for `prompt` that holds as much of its start as was found; None while every slot is busy."""
        placement = place(self.all, prompt)
        if placement is None:
            return None
        slot, source, reuse = placement.slot, placement.source, placement.reuse
        if source is slot:
            self.trim(slot, reuse)
        else:
            slot.count = self._memory.copy(source.sequence, slot.sequence, reuse)
            slot.tokens[: slot.count] = prompt[: slot.count]
        slot.busy = True
        return slot

    def trim(self, slot: Slot, count: int) -> None:
        """Forget all but the first `count` tokens (all of them where the model cannot forget a part)."""
        if slot.count > count:
            slot.count = self._memory.keep(slot.sequence, count)

    def restore(self, slot: Slot) -> None:
        """Put the cache back to what the slot says, after a decode that did not finish."""
        slot.count = self._memory.keep(slot.sequence, slot.count)

    def give_back(self, slot: Slot) -> None:
        """The slot is idle; what it holds stays for the next turn."""
        self._clock += 1
        slot.busy, slot.used = False, self._clock

    def drop_idle(self) -> bool:
        """Empty the least recently used idle slot; whether there was one."""
        idle = [slot for slot in self.all if not slot.busy and slot.count]
        if idle:
            self.trim(min(idle, key=lambda slot: slot.used), 0)
        return bool(idle)
