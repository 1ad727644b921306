"""How models come and go, on the real one."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import psutil
import pytest

from lazyflow.engine.contract import LoadProgress, ModelGone
from lazyflow.engine.open import open_model
from lazyflow.engine.threaded import ThreadedModel
from lazyflow.errors import ModelUnusable
from lazyflow.spec.sampling import Sampling
from tests.engine.real import answer, ask, key, load, until

pytestmark = pytest.mark.model
KINDS = pytest.mark.parametrize("isolate", [False, True], ids=["thread", "process"])
ENDLESS = Sampling(temperature=0)


@KINDS
async def test_a_load_tells_its_progress_and_its_numbers(smollm2: Path, isolate: bool) -> None:
    told: list[LoadProgress] = []
    model = await open_model(key(smollm2, isolate=isolate, context="auto"), told.append)
    await model.close()
    await model.close()
    fractions = [one.fraction for one in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert (model.info.layers, model.info.trained_context, model.info.parallel) == (30, 8192, 4)
    assert 2048 <= model.info.context <= 8192
    assert model.info.size == 96576768


@KINDS
async def test_a_cancelled_load_leaves_nothing(smollm2: Path, isolate: bool) -> None:
    before = set(psutil.Process().children(recursive=True))
    loading = asyncio.create_task(open_model(key(smollm2, isolate=isolate), lambda _: None))
    await asyncio.sleep(0.02)
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    await until(lambda: not set(psutil.Process().children(recursive=True)) - before)


@KINDS
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"context": 2**32}, "context of 4294967296 tokens"),
        ({"context": 0}, "context of 0 tokens"),
        ({"context": 200_000_000}, "GiB is free"),
        ({"batch": 1}, "batch 1 is out of range"),
        ({"batch": 10**6}, "batch 1000000 is out of range"),
        ({"parallel": 0}, "parallel 0"),
        ({"parallel": 1000}, "parallel 1000"),
        ({"threads": 0}, "threads 0"),
        ({"kv_cache": "q8_0", "flash_attention": False}, "needs flash attention"),
    ],
)
async def test_numbers_that_cannot_be_are_refused(
    smollm2: Path, isolate: bool, fields: dict[str, object], words: str
) -> None:
    with pytest.raises(ModelUnusable, match=words) as refused:
        await load(smollm2, isolate=isolate, **fields)
    assert refused.value.help


@KINDS
@pytest.mark.parametrize("kind", ["missing", "empty", "web page", "cut off", "header alone", "damaged header"])
async def test_files_that_are_no_model_are_refused(smollm2: Path, tmp_path: Path, isolate: bool, kind: str) -> None:
    path = tmp_path / "x.gguf"
    with smollm2.open("rb") as file:
        head = file.read(4 << 20)
    dice = random.Random(4)  # noqa: S311 - repeatable damage
    damaged = bytearray(head[:1_500_000])
    for _ in range(200):
        damaged[dice.randrange(len(damaged))] ^= 0xFF
    contents = {
        "empty": b"",
        "web page": b"<html>Not found</html>",
        "cut off": head,
        "header alone": head[:1000],
        "damaged header": bytes(damaged),
    }
    if kind in contents:
        path.write_bytes(contents[kind])
    with pytest.raises(ModelUnusable):
        await load(path, isolate=isolate)


@pytest.mark.parametrize("kv_cache", ["q8_0", "q4_0"])
async def test_a_quantised_cache_answers(smollm2: Path, kv_cache: str) -> None:
    model = await load(smollm2, kv_cache=kv_cache)
    assert (await answer(model, ask("Hi")))[0]
    await model.close()


@KINDS
async def test_closing_ends_every_request(smollm2: Path, isolate: bool) -> None:
    model = await load(smollm2, isolate=isolate)
    running = [asyncio.create_task(answer(model, ask(f"Count {n}", sampling=ENDLESS))) for n in range(6)]
    await asyncio.sleep(0.5)
    await model.close()
    ended = await asyncio.wait_for(asyncio.gather(*running, return_exceptions=True), 5)
    assert all(isinstance(one, ModelGone) for one in ended)
    with pytest.raises(ModelGone):
        await answer(model, ask("Hi"))


async def test_nothing_is_printed(smollm2: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for isolate in (False, True):
        model = await load(smollm2, isolate=isolate)
        await answer(model, ask("Hi"))
        await model.close()
    assert capfd.readouterr().out == ""


async def test_two_models_live_side_by_side(smollm2: Path) -> None:
    one, two = await load(smollm2), await load(smollm2, context=256)
    first, second = await asyncio.gather(answer(one, ask("Hi")), answer(two, ask("Hi")))
    assert first[0] == second[0]
    await one.close()
    assert (await answer(two, ask("Hi")))[0] == first[0]
    await two.close()


async def test_the_books_agree_with_llama_cpp(smollm2: Path) -> None:
    model = await load(smollm2, parallel=3)
    assert isinstance(model, ThreadedModel)
    dice = random.Random(1)  # noqa: S311 - repeatable arrivals

    async def one(number: int) -> None:
        await asyncio.sleep(dice.random())
        stream = model.chat(ask(f"Tell me of {number % 5}", sampling=Sampling(temperature=0, max_tokens=9)))
        count = 0
        async for _ in stream:
            count += 1
            if number % 4 == 0 and count > 3:
                break
        await stream.aclose()

    await asyncio.gather(*map(one, range(16)))
    await answer(model, ask("Hi"))
    core = model._core
    assert [slot.busy for slot in core.loop.slots.all] == [False] * 3
    assert [slot.count for slot in core.loop.slots.all] == [core.loop.slots._memory.held(n) for n in range(3)]  # type: ignore[attr-defined]  # the real context
    await model.close()
