"""A KV cache that is full: somebody waits, everybody is answered, and nobody's answer is another for it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lazyflow.engine.contract import ContextOverflow, Finished, TextDelta
from lazyflow.engine.embedding import Embedder
from lazyflow.engine.job import Batch, Event, Failed, Task
from lazyflow.engine.loop import Loop
from lazyflow.engine.native.context import Context, ContextOptions
from lazyflow.engine.native.model import Weights, WeightsOptions
from lazyflow.engine.picker import PickOptions
from lazyflow.engine.sampling import options as sampling_options
from lazyflow.spec.sampling import Sampling

pytestmark = pytest.mark.model
CELLS = 512


class Counted(Context):
    """Counts its decodes by their codes; `failing` are codes that come instead of a run, by decodes done before."""

    def __init__(self, weights: Weights, options: ContextOptions) -> None:
        super().__init__(weights, options)
        self.decodes: Counter[int] = Counter()
        self.failing: dict[int, int] = {}

    def decode(self) -> int:
        code = self.failing.pop(self.decodes[0], 0)
        if code:
            self._fill.take()
        else:
            code = super().decode()
        self.decodes[code] += 1
        return code


class Shared(Counted):
    """The sequences share `CELLS` tokens of cache, so that they can fill it together."""

    @staticmethod
    def params(weights: Weights, options: ContextOptions) -> Any:
        params = Context.params(weights, options)
        params.kv_unified, params.n_ctx = True, CELLS
        return params


class Answers:
    """Where events go; `wait` until so many requests have ended."""

    def __init__(self) -> None:
        self.events: dict[int, list[Event]] = {}
        self._ended = threading.Semaphore(0)

    def post(self, events: Batch) -> None:
        for number, event in events:
            self.events.setdefault(number, []).append(event)
            if isinstance(event, Finished | Failed):
                self._ended.release()

    def wait(self, count: int) -> None:
        for _ in range(count):
            assert self._ended.acquire(timeout=60)

    def text(self, number: int) -> str:
        return "".join(event.text for event in self.events[number] if isinstance(event, TextDelta))

    def last(self, number: int) -> Event:
        return self.events[number][-1]


class Engine:
    """A loop over a context."""

    def __init__(self, weights: Weights, kind: type[Counted]) -> None:
        options = ContextOptions(context=CELLS, sequences=4, batch=CELLS, threads=2)
        self.vocab = weights.vocab
        self.pick = PickOptions(
            chain=sampling_options(Sampling(temperature=0)), logit_bias=dict.fromkeys(self.vocab.ends, -100.0)
        )
        self.context = kind(weights, options)
        self.loop = Loop(self.context, self.vocab, Embedder(weights, 2), lambda *_: None)

    def answer(self, prompts: Sequence[str], tokens: int) -> Answers:
        """Ask all at once; the answers go on to their limit."""
        answers = Answers()
        for number, prompt in enumerate(prompts):
            task = Task(prompt=self.vocab.tokenize(prompt), pick=self.pick, max_tokens=tokens)
            self.loop.submit(number, task, answers)
        answers.wait(len(prompts))
        return answers

    def agrees(self) -> bool:
        """Whether the slots say what llama.cpp says."""
        return [slot.count for slot in self.loop.slots.all] == [
            self.context.held(slot.sequence) for slot in self.loop.slots.all
        ]


@pytest.fixture(scope="module")
def weights(smollm2: Path) -> Generator[Weights, None, None]:
    loaded = Weights(smollm2, WeightsOptions(), lambda _: True)
    yield loaded
    loaded.free()


@contextmanager
def running(weights: Weights, kind: type[Counted]) -> Iterator[Engine]:
    engine = Engine(weights, kind)
    engine.loop.start()
    yield engine
    engine.loop.stop()
    engine.loop.join()
    engine.context.free()


@pytest.fixture
def full(weights: Weights) -> Generator[Engine, None, None]:
    with running(weights, Shared) as engine:
        yield engine


@pytest.fixture
def engine(weights: Weights) -> Generator[Engine, None, None]:
    with running(weights, Counted) as engine:
        yield engine


STORIES = [f"Once upon a time number {number} went to the forest and" for number in range(4)]


def test_all_are_answered_though_there_is_no_room_for_all(full: Engine) -> None:
    answers = full.answer(STORIES, 160)
    ends = [answers.last(number) for number in range(4)]
    assert [end.completion_tokens for end in ends if isinstance(end, Finished)] == [160] * 4
    assert 0 < full.context.decodes[1] < full.context.decodes[0] / 10
    assert full.agrees()


def test_what_nobody_uses_makes_room_first(full: Engine) -> None:
    for story in STORIES:
        full.answer([story], 100)
    assert sum(slot.count for slot in full.loop.slots.all) > 300
    answers = full.answer(["A long time ago"], 400)
    last = answers.last(0)
    assert isinstance(last, Finished)
    assert last.completion_tokens == 400
    assert full.agrees()


def test_an_answer_alone_ends_where_the_cache_does(full: Engine) -> None:
    last = full.answer(STORIES[:1], 2 * CELLS).last(0)
    assert isinstance(last, Finished)
    assert (last.reason, last.completion_tokens > CELLS - 40) == ("length", True)


def test_a_prompt_that_can_never_fit_fails_and_the_next_is_answered(engine: Engine) -> None:
    engine.context.failing = {0: 1}
    failed = engine.answer(STORIES[:1], 5).last(0)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, ContextOverflow)
    assert isinstance(engine.answer(STORIES[:1], 5).last(0), Finished)
    assert engine.agrees()


@pytest.mark.parametrize(
    "codes",
    [{20: 1}, {5: 1, 9: 1, 12: 1}, {10: 2, 11: 2}, {0: 1, 15: 2, 30: 1}],
    ids=["preempted", "preempted thrice", "cut off", "now and then"],
)
def test_who_was_preempted_goes_on_as_if_nothing_had_been(engine: Engine, codes: dict[int, int]) -> None:
    alone = [engine.answer([story], 40).text(0) for story in STORIES]
    engine.context.failing = {engine.context.decodes[0] + step: code for step, code in codes.items()}
    together = engine.answer(STORIES, 40)
    assert engine.context.failing == {}
    assert [together.text(number) for number in range(4)] == alone
    assert engine.agrees()


def test_a_batch_that_llama_refuses_ends_its_requests_alone(engine: Engine) -> None:
    engine.context.failing = {0: -1}
    failed = engine.answer(STORIES[:1], 5).last(0)
    assert isinstance(failed, Failed)
    assert "refused" in failed.error.message
    assert engine.agrees()
    assert isinstance(engine.answer(STORIES[:1], 5).last(0), Finished)
