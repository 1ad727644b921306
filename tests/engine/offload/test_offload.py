from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from lazyflow.engine.fit import MARGIN
from lazyflow.engine.placement import assign
from tests.engine.offload.conftest import Probe, Serve

pytestmark = pytest.mark.model
MIB = 1 << 20
LAYER, OUTPUT = 2_216_448 / MIB, 30_083_328 / MIB
KV = 384 * 2 * 512 / MIB
SLACK = 0.05


def on(answer: dict[str, Any], kind: str, place: str) -> float:
    return float(answer["sizes"].get(kind, {}).get(place, 0))


@pytest.mark.parametrize(("wish", "layers"), [("none", 0), (0, 0), (10, 10), ("all", 31), ("auto", 31)])
def test_layers_and_their_cache_lie_where_they_were_wished_and_say_the_same(
    serve: Serve, probe: Probe, alone: list[int], wish: object, layers: int
) -> None:
    device = serve()
    answer = probe(device, gpu_layers=wish)
    weights, kv = (OUTPUT + (layers - 1) * LAYER, (layers - 1) * KV) if layers else (0, 0)
    assert answer["placement"]["gpu_layers"] == layers
    assert on(answer, "model", device) == pytest.approx(weights, abs=SLACK)
    assert on(answer, "KV", device) == pytest.approx(kv, abs=SLACK)
    assert on(answer, "KV", "CPU") == pytest.approx(30 * KV - kv, abs=SLACK)
    assert answer["placement"]["devices"] == (["RPC0"] if layers else [])
    assert (device in answer["sizes"]["compute"]) == (layers > 0)
    assert answer["tokens"] == alone


@pytest.mark.parametrize("room", [70, 90, 120, 300])
def test_what_was_chosen_takes_no_more_than_was_free(serve: Serve, probe: Probe, room: int) -> None:
    device = serve()
    answer = probe(device, free=[MARGIN + room * MIB])
    taken = sum(on(answer, kind, device) for kind in ("model", "KV", "compute"))
    assert answer["placement"]["gpu_layers"] > 0
    assert taken <= room
    assert answer["placement"]["gpu_layers"] == 31 or taken > room * 0.5


@pytest.mark.parametrize("split", [(3.0, 1.0), (1.0, 1.0), (0.0, 1.0)])
def test_two_devices_share_as_tensor_split_says(
    serve: Serve, probe: Probe, alone: list[int], split: tuple[float, float]
) -> None:
    devices = serve(), serve()
    answer = probe(*devices, gpu_layers="all", tensor_split=split)
    expected = Counter(assign(30, 31, split)[:-1])
    for at, device in enumerate(devices):
        assert on(answer, "KV", device) == pytest.approx(expected[at] * KV, abs=SLACK)
    assert answer["tokens"] == alone


def test_two_devices_share_by_the_room_they_have(serve: Serve, probe: Probe) -> None:
    one, other = serve(), serve()
    answer = probe(one, other, free=[MARGIN + 600 * MIB, MARGIN + 200 * MIB])
    assert len(answer["placement"]["devices"]) == 2
    assert on(answer, "KV", one) > 2 * on(answer, "KV", other) > 0


def test_one_of_two_devices_is_used_where_split_mode_is_none(serve: Serve, probe: Probe) -> None:
    one, other = serve(), serve()
    answer = probe(one, other, split_mode="none", main_gpu=1, gpu_layers="all")
    assert len(answer["placement"]["devices"]) == 1
    assert on(answer, "KV", one) == 0
    assert on(answer, "KV", other) == pytest.approx(30 * KV, abs=SLACK)


def test_weights_that_find_no_room_lose_layers_and_the_log_says_so(
    serve: Serve, probe: Probe, alone: list[int]
) -> None:
    device = serve(91)
    answer = probe(device, gpu_layers="all")
    assert answer["placement"]["gpu_layers"] == 15
    assert "not enough memory for the weights" in answer["said"][0]
    assert "RPC0 had no memory for 31 layers with 512 tokens" in answer["said"][0]
    assert answer["placement"]["reason"].startswith("15 of 31 layers on RPC0")
    assert answer["tokens"] == alone


def test_a_context_that_finds_no_room_gets_shorter(serve: Serve, probe: Probe, alone: list[int]) -> None:
    device = serve(145)
    answer = probe(device, gpu_layers=10, context="auto", parallel=2)
    assert answer["placement"]["gpu_layers"] == 10
    assert answer["placement"]["context"] == 4096
    assert "not enough memory for a context of 8192 tokens for each of 2 conversations" in answer["said"][0]
    assert answer["tokens"] == alone


def test_a_context_that_was_written_stays_and_layers_go(serve: Serve, probe: Probe, alone: list[int]) -> None:
    device = serve(80)
    answer = probe(device, gpu_layers=10, context=4096, parallel=4)
    assert answer["placement"]["context"] == 4096
    assert 0 < answer["placement"]["gpu_layers"] < 10
    assert answer["tokens"] == alone


def test_a_device_without_any_room_leaves_the_model_on_the_processor(
    serve: Serve, probe: Probe, alone: list[int]
) -> None:
    device = serve(8)
    answer = probe(device, gpu_layers=20)
    assert answer["placement"]["gpu_layers"] == 0
    assert device not in answer["sizes"]["compute"]
    assert answer["tokens"] == alone


def test_a_host_that_refuses_the_context_gets_a_shorter_one(probe: Probe, alone: list[int]) -> None:
    answer = probe(room=760, context="auto", parallel=4)
    assert 512 <= answer["placement"]["context"] < 8192
    assert "the host had no memory for 0 layers with 8192 tokens" in answer["said"][0]
    assert answer["tokens"] == alone


def test_a_host_that_refuses_everything_is_told_in_words(probe: Probe) -> None:
    answer = probe(room=300, context=8192, parallel=4)
    assert "not enough memory for a context of 8192 tokens for each of 4 conversations" in answer["error"]
    assert "take a smaller model or quant" in answer["error"]
