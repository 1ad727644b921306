"""What the batch may not change: every conversation's text, and memory over many requests."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import psutil
import pytest

from lazyflow.engine.contract import Finished, TextDelta
from lazyflow.engine.remote import RemoteModel
from lazyflow.spec.sampling import Sampling
from tests.engine.real import answer, ask, load

pytestmark = pytest.mark.model
TASKS = ("Tell me about the number", "Write a short poem about day", "List facts on planet", "Explain like I am of age")
PROMPTS = [f"{task} {number}" for task in TASKS for number in range(6)]


def by_llama(path: Path, *, flash_attention: bool = True) -> list[str]:
    from llama_cpp import Llama  # noqa: PLC0415 - heavy

    llama: Any = Llama(str(path), n_ctx=512, flash_attn=flash_attention, verbose=False)
    answers = [
        llama.create_chat_completion([{"role": "user", "content": prompt}], temperature=0, max_tokens=12)
        for prompt in PROMPTS
    ]
    llama.close()
    return [str(one["choices"][0]["message"]["content"]) for one in answers]


@pytest.mark.parametrize("isolate", [False, True], ids=["thread", "process"])
async def test_each_of_many_equals_itself_alone_and_plain_llama(smollm2: Path, isolate: bool) -> None:
    model = await load(smollm2, parallel=6, isolate=isolate)
    alone = [(await answer(model, ask(prompt)))[0] for prompt in PROMPTS]
    await model.close()
    model = await load(smollm2, parallel=6, isolate=isolate)
    dice = random.Random(1)  # noqa: S311 - repeatable arrivals

    async def one(number: int, prompt: str) -> tuple[str, bool]:
        await asyncio.sleep(dice.random() * 2)
        stream, text, whole = model.chat(ask(prompt)), "", False
        async for output in stream:
            text += output.text if isinstance(output, TextDelta) else ""
            whole = isinstance(output, Finished)
            if number % 4 == 0 and len(text) > 9:
                break
        await stream.aclose()
        return text, whole

    together = await asyncio.gather(*(one(number, prompt) for number, prompt in enumerate(PROMPTS)))
    await model.close()
    assert sum(not whole for _, whole in together) == 6
    assert [
        text == single if whole else single.startswith(text)
        for (text, whole), single in zip(together, alone, strict=True)
    ] == [True] * 24
    if not isolate:
        assert alone == by_llama(smollm2)


async def test_without_flash_attention_the_text_is_that_of_llama_as_it_comes(smollm2: Path) -> None:
    model = await load(smollm2, flash_attention=False)
    alone = [(await answer(model, ask(prompt)))[0] for prompt in PROMPTS]
    await model.close()
    assert alone == by_llama(smollm2, flash_attention=False)


@pytest.mark.slow
async def test_memory_stays_flat_over_many_requests(smollm2: Path) -> None:
    model = await load(smollm2, parallel=8, context=256, isolate=True)
    assert isinstance(model, RemoteModel)
    assert model.pid is not None
    worker, owner = psutil.Process(model.pid), psutil.Process()
    short = Sampling(temperature=0.8, seed=1, max_tokens=1, repeat_penalty=1.1)

    async def some(count: int) -> None:
        for start in range(0, count, 25):
            await asyncio.gather(*(answer(model, ask(f"{start}", sampling=short)) for _ in range(25)))

    await some(100)
    before = (worker.memory_info().rss, owner.memory_info().rss)
    await some(300)
    after = (worker.memory_info().rss, owner.memory_info().rss)
    await model.close()
    assert max(then / now for then, now in zip(after, before, strict=True)) <= 1.02
