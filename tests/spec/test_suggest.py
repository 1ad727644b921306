"""Did you mean …?"""

from __future__ import annotations

import pytest

from lazyflow.spec.schema import load_schema
from lazyflow.spec.suggest import closest, distance

LOCAL = list(load_schema()["$defs"]["local"]["properties"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("modle", "model"),
        ("Model", "model"),
        ("gpu-layers", "gpu_layers"),
        ("gpulayers", "gpu_layers"),
        ("n_gpu_layers", "gpu_layers"),
        ("thread", "threads"),
        ("samplng", "sampling"),
        ("systen", "system"),
        ("hsitory", "history"),
        ("flash_atention", "flash_attention"),
        ("desc", "description"),
        ("fall_back", "fallback"),
        ("tensorsplit", "tensor_split"),
    ],
)
def test_a_slip_finds_the_word(typed: str, meant: str) -> None:
    assert closest(typed, LOCAL) == meant


@pytest.mark.parametrize("typed", ["", "x", "temperature", "colour", "zzzzzz", "a" * 1000])
def test_another_word_finds_nothing(typed: str) -> None:
    assert closest(typed, LOCAL) is None


@pytest.mark.parametrize(
    ("one", "other", "away"), [("", "abc", 3), ("abc", "acb", 1), ("abc", "abd", 1), ("ab", "ab", 0)]
)
def test_distance_counts_slips(one: str, other: str, away: int) -> None:
    assert distance(one, other) == away
