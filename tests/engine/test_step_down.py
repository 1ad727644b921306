from __future__ import annotations

from pathlib import Path
from typing import Any

from lazyflow.engine.contract import ModelKey
from lazyflow.engine.placement import Placement
from lazyflow.engine.step_down import step_down
from tests.engine.shapes import SMOL


def key(**wishes: Any) -> ModelKey:
    return ModelKey(path=Path("/models/m.gguf"), identity=(), **wishes)


def steps(wishes: dict[str, Any], start: Placement, failed: Any) -> list[tuple[int, int]]:
    found, now = [], step_down(start, key(**wishes), SMOL, failed)
    while now is not None:
        found.append((now.gpu_layers, now.context))
        now = step_down(now, key(**wishes), SMOL, failed)
    return found


def test_weights_that_do_not_fit_lose_layers_until_the_processor_has_them_all() -> None:
    start = Placement(31, 8192, devices=("CUDA0",))
    assert steps({}, start, "weights") == [(15, 8192), (7, 8192), (3, 8192), (1, 8192), (0, 8192)]


def test_a_context_that_does_not_fit_gets_shorter_before_layers_go() -> None:
    start = Placement(4, 16384, devices=("CUDA0",))
    assert steps({}, start, "context") == [
        (4, 8192), (4, 4096), (2, 4096), (1, 4096), (0, 4096), (0, 2048), (0, 1024), (0, 512),
    ]  # fmt: skip


def test_a_context_that_was_written_is_never_cut() -> None:
    start = Placement(2, 16384, devices=("CUDA0",))
    assert steps({"context": 16384}, start, "context") == [(1, 16384), (0, 16384)]


def test_a_step_down_says_what_had_no_room() -> None:
    stepped = step_down(Placement(31, 8192, devices=("CUDA0",)), key(), SMOL, "weights")
    assert stepped is not None
    assert stepped.reason.startswith("15 of 31 layers on CUDA0; 8192 tokens")
    assert stepped.reason.endswith("CUDA0 had no memory for 31 layers with 8192 tokens")
