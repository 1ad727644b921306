"""The storm on the real model: `python -m tests.runtime.real_storm FOLDER MODEL EDITS SEED` prints its figures as JSON.

A process of its own, so that its memory is its own, and so that root can run it without the right to read everything.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from lazyflow.engine.contract import LoadedModel, ModelKey, OnProgress
from lazyflow.engine.open import open_model
from lazyflow.graph.load import Source, load
from lazyflow.models.locate import locate
from lazyflow.runtime.contract import Ask
from lazyflow.runtime.live import Live
from lazyflow.store.conversation import Conversation
from lazyflow.store.in_memory import InMemory
from lazyflow.web.room import Room
from tests.runtime.app_folder import answer
from tests.runtime.author import Author
from tests.runtime.test_watch import until

ROOT = Path(__file__).parents[2]
CONVERSATIONS = 8
FIELDS = (
    "context: 512, parallel: 8, threads: 1, gpu_layers: none, sampling: { temperature: 0, max_tokens: 16, seed: 1 }"
)
PAUSES = (0.0, 0.05, 0.3, 1.0)
PROMPTS = [f"Tell me about the number {number}." for number in range(CONVERSATIONS)]
WITHOUT_RIGHTS = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of it. `wrong` are replies that differ from what their prompt is answered alone; memory is bytes."""

    edits: int
    seconds: float
    generations: int
    loads: int
    keys: int
    replies: list[int]
    lost: int
    wrong: list[str]
    locked: int
    as_saved: bool
    memory_before: int
    memory_after: int
    late: list[tuple[float, float]]

    @property
    def growth(self) -> float:
        return self.memory_after / self.memory_before

    @property
    def blocked(self) -> float:
        """The longest time that the loop was held up by this process itself."""
        return max(computed for _, computed in self.late)

    def check(self) -> None:
        """What holds whatever else the machine does."""
        assert (self.wrong, self.lost, self.as_saved) == ([], 0, True)
        assert self.loads == self.keys > 1
        assert self.generations > 1
        assert min(self.replies) > 1

    def told(self) -> str:
        ordered = sorted(late for late, _ in self.late)
        p99 = ordered[len(ordered) * 99 // 100]
        return (
            f"{self.edits} edits in {self.seconds:.0f} s, {self.generations} generations, {self.loads} loads of"
            f" {self.keys} keys, {sum(self.replies)} replies (fewest {min(self.replies)}), {len(self.wrong)} wrong,"
            f" {self.lost} lost, {self.locked} saves unreadable for a moment, memory {self.memory_before >> 20} ->"
            f" {self.memory_after >> 20} MiB ({self.growth:.2f}), loop late: median {statistics.median(ordered):.4f},"
            f" p99 {p99:.4f}, most {ordered[-1]:.4f} s, most by itself {self.blocked:.4f} s"
        )


class RealAuthor(Author):
    """Each model is one more name of the same weights."""

    def __init__(self, path: Path, model: Path, seed: int) -> None:
        super().__init__(path, seed)
        self.whole, self.cut = path.with_name("whole"), path.with_name("cut")
        shutil.copyfile(model, self.whole)
        with model.open("rb") as file:
            self.cut.write_bytes(file.read(4 << 20))
        self.model = self.name()

    def good(self) -> str:
        return super().good().replace(", model:", f", {FIELDS}, model:")

    def name(self) -> str:
        return self.link(super().name(), self.whole)

    def failing(self) -> str:
        """A file that is cut off, or a wish that the model's process refuses."""
        if self.random.random() < 0.5:
            return self.link(super().failing(), self.cut)
        return f"{self.link(super().failing(), self.whole)}, kv_cache: q8_0, flash_attention: false"

    def missing(self) -> str:
        return f"./{super().missing()}.gguf"

    def link(self, name: str, to: Path) -> str:
        """One more name of a file: another key, and the same pages in memory."""
        os.link(to, self.path.with_name(f"{name}.gguf"))
        return f"./{name}.gguf"


class Talker:
    """A person who asks the same thing as soon as it is answered, and knows the answer."""

    def __init__(self, live: Live, kept: InMemory, number: int, known: str) -> None:
        self.prompt, self.known = PROMPTS[number], known
        self.room = Room(live, "web", kept, Conversation(id=f"c{number}", person=f"p{number}"))
        self.replies = 0
        self.wrong: list[str] = []

    def answered(self) -> bool:
        return self.replies > 0

    async def talk(self, enough: Callable[[], bool]) -> None:
        while not enough():
            path = self.room.conversation.path()
            assert self.room.say(self.prompt, use_context=False, parent=path[-1].id if path else None)
            while self.room.busy:  # noqa: ASYNC110 - a room has no event for it
                await asyncio.sleep(0.01)
            reply = self.room.conversation.path()[-1]
            self.replies += 1
            if reply.text.strip() != self.known or reply.state != "done":
                self.wrong.append(f"{reply.text!r} {reply.failure}")


def memory() -> int:
    """Bytes of this process and of its models' processes."""
    me = psutil.Process()
    total = 0
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total


async def measure_lateness(late: list[tuple[float, float]]) -> None:
    """Seconds that the loop was late, and how much of that this process computed: the rest others had the processor."""
    while True:
        began, computed = time.perf_counter(), time.process_time()
        await asyncio.sleep(0.01)
        seconds = time.perf_counter() - began - 0.01
        late.append((seconds, min(seconds, time.process_time() - computed)))


async def storm(folder: Path, model: Path, edits: int, seed: int) -> Figures:
    author = RealAuthor(folder / "app.yaml", model, seed)
    author.path.write_text(author.good())
    loads: list[ModelKey] = []

    async def counted(key: ModelKey, on_progress: OnProgress) -> LoadedModel:
        loads.append(key)
        return await open_model(key, on_progress)

    live = Live(Source((author.path,)), load=counted, locate=locate, drain=60)
    await live.start()
    late: list[tuple[float, float]] = []
    try:
        assert await live.loaded() == ()
        asks = [Ask(message=prompt, entry="chat") for prompt in PROMPTS]
        known = [await answer(live.app, ask) for ask in asks]
        kept = InMemory()
        talkers = [Talker(live, kept, number, text) for number, text in enumerate(known)]
        await asyncio.gather(*(talker.talk(talker.answered) for talker in talkers))
        before = memory()
        began = time.monotonic()
        measuring = asyncio.create_task(measure_lateness(late))
        over = asyncio.Event()
        async with live.watched():
            talks = [asyncio.create_task(talker.talk(over.is_set)) for talker in talkers]
            for _ in range(edits):
                await author.save(author.text())
                await asyncio.sleep(author.random.choice(PAUSES))
            author.model, author.extra, author.title = author.name(), "", "End"
            await author.save(author.good())
            last = load(Source((author.path,))).app
            await until(live, lambda: live.app.spec == last and live.trouble.problems == (), limit=60)
            over.set()
            await asyncio.gather(*talks)
        measuring.cancel()
        while len(psutil.Process().children()) > 1:  # noqa: ASYNC110 - processes tell nobody
            await asyncio.sleep(0.05)
        gc.collect()
        stored = [await kept.load(talker.room.conversation.person, talker.room.conversation.id) for talker in talkers]
        return Figures(
            edits=edits,
            seconds=time.monotonic() - began,
            generations=live.generation,
            loads=len(loads),
            keys=len(set(loads)),
            replies=[talker.replies for talker in talkers],
            lost=sum(
                conversation is None or len(conversation.path()) != 2 * talker.replies
                for conversation, talker in zip(stored, talkers, strict=True)
            ),
            wrong=[wrong for talker in talkers for wrong in talker.wrong],
            locked=author.locked,
            as_saved=live.app.spec == last,
            memory_before=before,
            memory_after=memory(),
            late=late,
        )
    finally:
        await live.close()


def run(folder: Path, model: Path, edits: int, seed: int) -> Figures:
    """The storm in a process of its own; root runs it without the right to read every file."""
    command = [sys.executable, "-m", __name__, str(folder), str(model), str(edits), str(seed)]
    if os.geteuid() == 0:
        command = [*WITHOUT_RIGHTS, *command]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=edits * 4 + 120, check=False)
    assert ended.returncode == 0, ended.stderr
    return Figures(**json.loads(ended.stdout))


if __name__ == "__main__":
    folder, model, edits, seed = sys.argv[1:]
    json.dump(asdict(asyncio.run(storm(Path(folder), Path(model), int(edits), int(seed)))), sys.stdout)
