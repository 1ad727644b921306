from __future__ import annotations

import math
from dataclasses import replace

import pytest

from lazyflow.engine import sampling
from lazyflow.engine.contract import InvalidRequest
from lazyflow.spec.sampling import Sampling


def test_what_is_left_open_is_llama_cpps_default() -> None:
    chosen = sampling.options(Sampling())
    assert (chosen.temperature, chosen.top_k, chosen.top_p, chosen.min_p) == (0.8, 40, 0.95, 0.05)
    assert (chosen.repeat_penalty, chosen.presence_penalty, chosen.frequency_penalty) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("fields", "greedy"),
    [({"temperature": 0}, True), ({"temperature": 0.1}, False), ({"temperature": 0, "presence_penalty": 1}, False)],
)
def test_temperature_nothing_is_greedy_unless_penalties_change_the_order(
    fields: dict[str, float], greedy: bool
) -> None:
    assert sampling.greedy(sampling.options(Sampling(**fields))) is greedy  # type: ignore[arg-type]  # a table's names


def test_seeds_repeat_and_an_open_one_is_drawn() -> None:
    assert sampling.options(Sampling(seed=5)).seed == 5
    assert sampling.options(Sampling(seed=2**33 + 5)).seed == 5
    assert len({sampling.options(Sampling(seed=-1)).seed for _ in range(4)}) > 1


@pytest.mark.parametrize("name", sampling.RANGES)
def test_numbers_out_of_range_are_refused(name: str) -> None:
    for value in (sampling.RANGES[name][0] - 1, sampling.RANGES[name][1] + 1, math.nan, math.inf):
        with pytest.raises(InvalidRequest, match=name):
            sampling.options(replace(Sampling(), **{name: value}))  # type: ignore[arg-type]  # a table's names
