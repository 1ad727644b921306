from __future__ import annotations

import numpy as np

from lazyflow.engine.native.vocab import Tokens
from lazyflow.engine.slots import Slot, Slots


class Cache:
    """A KV cache that only counts; `forgets_parts` is False for recurrent models."""

    def __init__(self, *, forgets_parts: bool = True) -> None:
        self.held = [0] * 8
        self.copies: list[tuple[int, int, int]] = []
        self.forgets_parts = forgets_parts

    def keep(self, sequence: int, count: int) -> int:
        self.held[sequence] = count if self.forgets_parts else 0
        return self.held[sequence]

    def copy(self, source: int, target: int, count: int) -> int:
        self.copies.append((source, target, count))
        self.held[target] = self.held[source]
        return self.keep(target, count)


def tokens(*parts: range) -> Tokens:
    return np.concatenate([np.array(part, np.int32) for part in parts])


def served(slots: Slots, prompt: Tokens) -> Slot:
    """Serve a prompt to its end."""
    slot = slots.take(prompt)
    assert slot is not None
    slot.tokens[slot.count : len(prompt)] = prompt[slot.count :]
    slot.count = len(prompt)
    return slot


def test_the_next_turn_goes_on_in_its_own_slot() -> None:
    slots = Slots(Cache(), 4, 1000)
    first = served(slots, tokens(range(100)))
    slots.give_back(first)
    second = slots.take(tokens(range(120)))
    assert second is first
    assert second.count == 100


def test_the_last_token_is_always_read() -> None:
    slots = Slots(Cache(), 4, 1000)
    slots.give_back(served(slots, tokens(range(100))))
    again = slots.take(tokens(range(100)))
    assert again is not None
    assert again.count == 99


def test_a_shared_start_is_copied_from_a_busy_slot() -> None:
    cache = Cache()
    slots = Slots(cache, 4, 1000)
    busy = served(slots, tokens(range(100)))
    cache.held[busy.sequence] = 100
    other = slots.take(tokens(range(50), range(500, 550)))
    assert other is not None
    assert other is not busy
    assert cache.copies == [(busy.sequence, other.sequence, 50)]
    assert other.count == 50
    assert other.tokens[:50].tolist() == list(range(50))


def test_a_second_person_does_not_steal_a_long_conversation() -> None:
    slots = Slots(Cache(), 2, 1000)
    long = served(slots, tokens(range(400)))
    slots.give_back(long)
    assert slots.take(tokens(range(60), range(900, 960))) is not long


def test_a_short_start_is_read_again() -> None:
    cache = Cache()
    slots = Slots(cache, 2, 1000)
    served(slots, tokens(range(100)))
    other = slots.take(tokens(range(20), range(500, 550)))
    assert other is not None
    assert other.count == 0
    assert cache.copies == []


def test_the_least_recently_used_slot_makes_room() -> None:
    slots = Slots(Cache(), 2, 1000)
    old = served(slots, tokens(range(100)))
    new = served(slots, tokens(range(200, 300)))
    slots.give_back(old)
    slots.give_back(new)
    assert slots.take(tokens(range(500, 600))) is old


def test_nobody_is_served_while_all_are_busy() -> None:
    slots = Slots(Cache(), 1, 1000)
    assert slots.take(tokens(range(10))) is not None
    assert slots.take(tokens(range(10))) is None


def test_a_model_that_cannot_forget_a_part_reads_everything_again() -> None:
    slots = Slots(Cache(forgets_parts=False), 2, 1000)
    slots.give_back(served(slots, tokens(range(100))))
    again = slots.take(tokens(range(90), range(500, 550)))
    assert again is not None
    assert again.count == 0


def test_the_least_recently_used_idle_slot_is_emptied_first() -> None:
    slots = Slots(Cache(), 2, 1000)
    old = served(slots, tokens(range(100)))
    new = served(slots, tokens(range(200, 300)))
    slots.give_back(old)
    slots.give_back(new)
    assert slots.drop_idle()
    assert (old.count, new.count) == (0, 100)
    assert slots.drop_idle()
    assert not slots.drop_idle()
