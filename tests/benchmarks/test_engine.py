"""The engine beside llama.cpp's own server and plain `Llama`, in alternating rounds; ratios are medians."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import psutil
import pytest

from lazyflow.engine.remote import RemoteModel
from lazyflow.engine.threaded import ThreadedModel
from lazyflow.spec.sampling import Sampling
from tests.benchmarks.contenders import Contender, Engine, engine, locked, server, together
from tests.engine.real import answer, ask

pytestmark = [pytest.mark.benchmark, pytest.mark.model]
Record = Callable[[str, object], None]


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Tells a figure; to be seen with `pytest -s`."""

    def tell(name: str, figure: object) -> None:
        print(f"\n{request.node.name}: {name} {figure}")  # noqa: T201 - figures are what a benchmark is for

    return tell


@pytest.mark.server
@pytest.mark.parametrize("conversations", [1, 4, 8, 16])
async def test_as_fast_as_llama_cpps_own_server(smollm2: Path, conversations: int, record: Record) -> None:
    speeds, firsts = [], []
    async with engine(smollm2, conversations) as ours, server(smollm2, conversations) as theirs:
        for number in range(4):
            pair: list[tuple[str, Contender]] = [("a", ours), ("b", theirs)]
            rounds = {
                name: await together(one, f"{number}{name}", conversations) for name, one in pair[:: 1 - number % 2 * 2]
            }
            if number:  # the first round warms both up
                speeds.append(rounds["a"].speed / rounds["b"].speed)
                firsts.append(rounds["a"].p95 / rounds["b"].p95)
                record("speed", (rounds["a"].speed, rounds["b"].speed))
                record("first_token_p95", (rounds["a"].p95, rounds["b"].p95))
    record("ratios", (median(speeds), median(firsts)))
    assert median(speeds) >= 0.95  # 1.00 on a quiet machine
    assert median(firsts) <= 1.15  # 1.1 on a quiet machine


async def test_eight_people_wait_less_than_for_plain_llama(smollm2: Path, record: Record) -> None:
    ratios = []
    async with engine(smollm2, 8) as ours, locked(smollm2) as theirs:
        for number in range(2):
            first = await together(ours, f"{number}a", 8, 64)
            second = await together(theirs, f"{number}b", 8, 64)
            ratios.append(second.p95 / first.p95)
    record("first_token_p95", ratios)
    assert median(ratios) >= 2


async def turns(contender: Contender, count: int) -> tuple[float, float]:
    """Two conversations by turns: seconds to the first text of the second and of the last turn, both added."""
    talks: list[list[str]] = [["Tell me of the sea."], ["Tell me of the mountains."]]
    firsts = []
    for _ in range(count):
        both = 0.0
        for talk in talks:
            measured = await contender.answer(talk, 16)
            both += measured.first
            talk += [measured.text, "And what then, in one sentence?"]
        firsts.append(both)
    return firsts[0], firsts[-1]


async def test_a_long_conversation_starts_as_fast_as_a_new_one(smollm2: Path, record: Record) -> None:
    async with AsyncExitStack() as stack:
        first, last = await turns(await stack.enter_async_context(engine(smollm2, 2)), 10)
        plain_first, plain_last = await turns(await stack.enter_async_context(locked(smollm2)), 10)
    record("last_to_first", (last / first, plain_last / plain_first))
    assert last <= 1.5 * first
    assert plain_last > 2 * last


@pytest.mark.parametrize(("conversations", "most"), [(1, 200), (8, 60)])
async def test_python_costs_microseconds_a_token(
    smollm2: Path, conversations: int, most: float, record: Record
) -> None:
    async with engine(smollm2, conversations, isolate=False) as ours:
        await together(ours, "warm", conversations)
        model = ours.model
        assert isinstance(model, ThreadedModel)
        before = (model.steps.outside, model.steps.picked)
        await together(ours, "measured", conversations, 100)
        cost = (model.steps.outside - before[0]) / (model.steps.picked - before[1]) * 1e6
    record("microseconds", cost)
    assert cost <= most * 1.5  # the limit is for a quiet machine


async def test_the_pipe_costs_microseconds_a_token(smollm2: Path, record: Record) -> None:
    async with engine(smollm2, 8) as ours:
        await together(ours, "warm", 8)
        model = ours.model
        assert isinstance(model, RemoteModel)
        assert model.pid is not None
        worker = psutil.Process(model.pid)

        async def spent() -> tuple[float, float, int]:
            """CPU seconds of the owner, those of the worker outside the decode, and the tokens said."""
            state, times = await model.state(), worker.cpu_times()
            return time.process_time(), times.user + times.system - state.decoding, state.picked

        before = await spent()
        await together(ours, "measured", 8, 100)
        owner, outside, tokens = (now - then for then, now in zip(before, await spent(), strict=True))
    record("microseconds of owner and worker", (owner / tokens * 1e6, outside / tokens * 1e6))
    assert (owner + outside) / tokens <= 120e-6 * 1.5  # 120 µs on a quiet machine


@pytest.mark.parametrize("isolate", [False, True], ids=["thread", "process"])
async def test_ten_thousand_short_requests_leave_nothing(smollm2: Path, isolate: bool, record: Record) -> None:
    async with engine(smollm2, 8, isolate=isolate) as ours:
        model, owner = ours.model, psutil.Process()
        worker = psutil.Process(model.pid) if isinstance(model, RemoteModel) else owner

        async def some(count: int) -> tuple[int, int]:
            for start in range(0, count, 40):
                short = Sampling(temperature=0.8, seed=start, max_tokens=1, repeat_penalty=1.1)
                await asyncio.gather(*(answer(model, ask(f"{start % 90}", sampling=short)) for _ in range(40)))
            return worker.memory_info().rss, owner.memory_info().rss

        before = await some(1000)
        after = await some(10_000)
        state = await model.state()
        if isinstance(model, ThreadedModel):
            slots = model._core.loop.slots
            held = [model._core.loop._context.held(slot.sequence) for slot in slots.all]
            assert [slot.count for slot in slots.all] == held
    ratios = [now / then for then, now in zip(before, after, strict=True)]
    record("memory_ratios", ratios)
    assert (state.running, state.waiting) == (0, 0)
    assert max(ratios) <= 1.02


async def lateness(work: asyncio.Task[object]) -> list[float]:
    late = []
    while not work.done():
        due = time.perf_counter() + 0.005
        await asyncio.sleep(0.005)
        late.append(time.perf_counter() - due)
    return late


@pytest.mark.parametrize("isolate", [False, True], ids=["thread", "process"])
async def test_the_event_loop_stays_punctual(smollm2: Path, isolate: bool, record: Record) -> None:
    async with engine(smollm2, 8, isolate=isolate) as ours:
        work: asyncio.Task[object] = asyncio.create_task(_talk(ours))
        late = sorted(await lateness(work))
    p99 = late[int(0.99 * len(late))]
    record("p99_ms", p99 * 1e3)
    assert p99 <= 0.02  # 10 ms on a quiet machine


async def _talk(ours: Engine) -> None:
    await together(ours, "late", 8, 48)
