from __future__ import annotations

import pytest

from lazyflow.engine.placement import Load, assign, compute_bytes, demand, kv_bytes
from tests.engine.shapes import SEVEN_B, SMOL


@pytest.mark.parametrize(
    ("gpu_layers", "shares", "expected"),
    [
        (0, (1.0,), (None, None, None, None, None)),
        (1, (1.0,), (None, None, None, None, 0)),
        (3, (1.0,), (None, None, 0, 0, 0)),
        (5, (1.0,), (0, 0, 0, 0, 0)),
        (99, (1.0,), (0, 0, 0, 0, 0)),
        (4, (1.0, 1.0), (None, 0, 0, 1, 1)),
        (4, (3.0, 1.0), (None, 0, 0, 0, 1)),
        (5, (0.0, 1.0), (1, 1, 1, 1, 1)),
        (5, (1.0, 0.0), (0, 0, 0, 0, 0)),
        (5, (), (None, None, None, None, None)),
    ],
)
def test_the_last_layers_go_to_devices_in_proportion(
    gpu_layers: int, shares: tuple[float, ...], expected: tuple[int | None, ...]
) -> None:
    assert assign(4, gpu_layers, shares) == expected


def test_kv_takes_what_llama_cpp_says_it_does() -> None:
    per_token = sum(kv_bytes(width, 1024, "f16") for width in SMOL.kv_widths) / 1024
    assert per_token == 22.5 * 1024
    assert kv_bytes(384, 256, "q8_0") == 384 * 256 * 34 // 32
    assert kv_bytes(384, 256, "q4_0") == 384 * 256 * 18 // 32


def test_weights_move_from_the_host_to_the_device_and_the_embeddings_are_copied() -> None:
    load = Load(parallel=1)
    none, some, all_of_it = (demand(SMOL, layers, 512, (1.0,), load) for layers in (0, 10, 31))
    assert none.devices == (0,)
    compute = compute_bytes(SMOL, 512, load)
    kv = kv_bytes(384, 512, "f16")
    assert some.devices[0] - compute == 9 * (2216448 + kv) + SMOL.output + SMOL.tied
    assert round((9 * 2216448 + SMOL.output + SMOL.tied) / 2**20, 1) == 47.7
    assert all_of_it.host == SMOL.input + compute
    assert none.host == SMOL.size + 30 * kv + compute


def test_more_conversations_take_more_memory() -> None:
    one, four = (demand(SEVEN_B, 0, 4096, (), Load(parallel=count)).host for count in (1, 4))
    assert four - one > 3 * sum(kv_bytes(width, 4096, "f16") for width in SEVEN_B.kv_widths) - 1


def test_a_context_counts_in_steps_of_256() -> None:
    assert demand(SMOL, 0, 257, (), Load(parallel=1)) == demand(SMOL, 0, 512, (), Load(parallel=1))


def test_scores_are_kept_only_without_flash_attention() -> None:
    with_scores = compute_bytes(SEVEN_B, 8192, Load(parallel=1, flash_attention=False))
    without = compute_bytes(SEVEN_B, 8192, Load(parallel=1))
    assert with_scores - without == 4 * 512 * 8192 * 32
