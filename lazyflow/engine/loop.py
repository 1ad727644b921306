"""The engine's thread: it alone uses the context. A step gives every running answer a token and reads some prompts."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import numpy as np

from lazyflow.engine import scheduler
from lazyflow.engine.contract import EngineError, Finished, InvalidRequest, ModelGone, Queued
from lazyflow.engine.embedding import Embedder
from lazyflow.engine.job import Batch, Channel, Embedded, Event, Failed, Job, Task
from lazyflow.engine.native.context import Context
from lazyflow.engine.native.sampler import Candidates
from lazyflow.engine.native.vocab import Tokens, Vocab
from lazyflow.engine.picker import Picker
from lazyflow.engine.sampling import PENALTY_LAST
from lazyflow.engine.slots import Slots
from lazyflow.engine.steps import Steps
from lazyflow.errors import LazyflowError

log = logging.getLogger(__name__)
NO_ROOM, ABORTED = 1, 2


class Loop(threading.Thread):
    """Runs jobs until `stop`. `remember` gets the text and tokens of every answer."""

    def __init__(
        self, context: Context, vocab: Vocab, embedder: Embedder, remember: Callable[[str, Tokens], None]
    ) -> None:
        super().__init__(name="lazyflow-engine", daemon=True)
        self._context, self._vocab, self._embedder, self._remember = context, vocab, embedder, remember
        self.slots = Slots(context, context.sequences, context.length)
        self.timings = Steps()
        self._candidates = Candidates(context.llama, vocab.size)
        self._inbox: deque[Callable[[], None]] = deque()
        self._wake = threading.Event()
        self._gate = threading.Lock()
        self._stopping = self._closed = False
        self._waiting: list[Job] = []
        self._active: list[Job] = []
        self._embedding: deque[tuple[int, str, Channel]] = deque()
        self._outbox: dict[Channel, Batch] = {}
        self._chunk = scheduler.FIRST_CHUNK

    # From any thread

    def submit(self, number: int, task: Task, channel: Channel) -> None:
        """Take a task; its events come to `channel`, the last one a `Finished` or `Failed`."""
        job = Job.of(number, task, channel)
        if not self.call(lambda: self._waiting.append(job)):
            channel.post([(number, Failed(stopped()))])

    def embed(self, number: int, text: str, channel: Channel) -> None:
        """Take a text; its embedding comes to `channel`."""
        if not self.call(lambda: self._embedding.append((number, text, channel))):
            channel.post([(number, Failed(stopped()))])

    def cancel(self, number: int, channel: Channel) -> None:
        """End a job between two steps, without an event; unknown ones are ignored."""
        self.call(lambda: self._cancel(number, channel))

    def call(self, function: Callable[[], None]) -> bool:
        """Run `function` in this thread between two steps; False where it has ended and never will."""
        with self._gate:
            if not self._closed:
                self._inbox.append(function)
            self._wake.set()
            return not self._closed

    def stop(self) -> None:
        """End every job and the thread; a running decode is cut off."""
        self._stopping = True
        self._context.abort()
        self._wake.set()

    # In the engine's thread

    def run(self) -> None:
        """Work until stopped; whatever goes wrong fails every job instead of leaving one to wait."""
        failure = stopped()
        try:
            while not self._stopping:
                self._turn()
        except Exception as error:  # the thread's last word: nobody else could tell the people who wait
            log.exception("the engine failed")
            failure = ModelGone(f"the engine failed: {error}", "send the message again")
        finally:
            with self._gate:
                self._closed = True
            self._read_inbox()
            for job in [*self._active, *self._waiting]:
                self._end(job, Failed(failure))
            for number, _, channel in self._embedding:
                self._outbox.setdefault(channel, []).append((number, Failed(failure)))
            self._deliver()

    def _turn(self) -> None:
        self._wake.clear()
        self._read_inbox()
        self._admit()
        if self._active:
            self._step()
        self._embed()
        self._deliver()
        if not (self._active or self._waiting or self._embedding or self._inbox):
            self._wake.wait()

    def _read_inbox(self) -> None:
        while self._inbox:
            self._inbox.popleft()()

    def _cancel(self, number: int, channel: Channel) -> None:
        for job in [*self._active, *self._waiting]:
            if job.id == number and job.channel is channel:
                self._end(job, None)
        for text in [text for text in self._embedding if text[0] == number and text[2] is channel]:
            self._embedding.remove(text)

    def _embed(self) -> None:
        """One text a step: the answers beside it go on."""
        if self._embedding:
            number, text, channel = self._embedding.popleft()
            try:
                event: Event = Embedded(self._embedder.embed(text))
            except LazyflowError as error:
                event = Failed(error if isinstance(error, EngineError) else EngineError(error.message, error.help))
            self._outbox.setdefault(channel, []).append((number, event))

    def _admit(self) -> None:
        if not self._waiting:
            return
        now = time.perf_counter()
        jobs = {id(job): job for job in self._waiting}
        waiting = [
            scheduler.Waiting(key, len(job.prompt), now - job.submitted, job.task.person) for key, job in jobs.items()
        ]
        running = Counter(job.task.person for job in self._active)
        place = 0
        for key in scheduler.queue(waiting, running):
            job = jobs[key]
            if place or not self._start(job):
                place += 1
                if job.place != place:
                    job.place = place
                    self._emit(job, Queued(place))

    def _start(self, job: Job) -> bool:
        """Give a job a slot; False where none is idle."""
        slot = self.slots.take(job.prompt)
        if slot is None:
            return False
        self._waiting.remove(job)
        self._active.append(job)
        job.slot, job.todo = slot, job.prompt[slot.count :]
        job.reused = max(job.reused, slot.count)
        try:
            if job.picker is None:
                job.picker = Picker(self._vocab, self._context.llama, self._candidates, job.task.pick)
                job.picker.see(job.prompt[-PENALTY_LAST:])
        except InvalidRequest as error:
            self._end(job, Failed(error))
        return True

    def _step(self) -> None:
        began = time.perf_counter()
        jobs = {job.slot.sequence: job for job in self._active if job.slot is not None}
        decoding = [sequence for sequence, job in jobs.items() if job.todo is None]
        reading = [
            scheduler.Reading(sequence, len(job.todo), began - job.submitted)
            for sequence, job in jobs.items()
            if job.todo is not None
        ]
        plan = scheduler.step(decoding, reading, batch=self._context.batch, chunk=self._chunk)
        picks = [(job, index) for sequence, count in plan if (index := self._fill(job := jobs[sequence], count)) >= 0]
        filled = time.perf_counter()
        code = self._context.decode()
        decoded = time.perf_counter()
        if code:
            self._put_back([jobs[sequence] for sequence, _ in plan], code)
            return
        read = 0
        for sequence, count in plan:
            read += self._advance(jobs[sequence], count)
        if decoding and read >= self._chunk:
            self._chunk = scheduler.next_chunk(self._chunk, read, decoded - filled, self._context.batch)
        for job, index in picks:
            self._pick(job, index)
        self.timings.add(time.perf_counter() - began, decoded - filled, len(picks), read)

    def _fill(self, job: Job, count: int) -> int:
        """Put a job's next tokens into the batch; the index that gives logits, or -1."""
        slot: Any = job.slot
        start = slot.count
        last = job.todo is None or count == len(job.todo)
        if job.todo is None:
            slot.tokens[start] = job.pending
        else:
            slot.tokens[start : start + count] = job.todo[:count]
        index = self._context.add(slot.sequence, start, slot.tokens[start : start + count], logits=last)
        return index if last else -1

    def _advance(self, job: Job, count: int) -> int:
        """Note that a job's tokens are in the cache; how many of its prompt they were."""
        slot: Any = job.slot
        slot.count += count
        if job.todo is None:
            return 0
        job.todo = job.todo[count:] if count < len(job.todo) else None
        return count

    def _pick(self, job: Job, index: int) -> None:
        picker, slot = job.picker, job.slot
        if picker is None or slot is None:
            return
        try:
            token, logprobs = picker.pick(self._context, index)
        except EngineError as error:
            self._end(job, Failed(error))
            return
        job.first_token = job.first_token or time.perf_counter()
        if token in self._vocab.ends:
            self._finish(job, "stop")
            return
        job.pending = token
        job.said.append(token)
        for output in job.answer.feed(self._vocab.piece(token), logprobs):
            self._emit(job, output)
        if job.answer.stopped:
            self._finish(job, "stop")
        elif len(job.said) == job.task.max_tokens or slot.count + 1 >= self._context.length:
            self._finish(job, "length")

    def _finish(self, job: Job, reason: Any) -> None:
        for output in job.answer.end():
            self._emit(job, output)
        now = time.perf_counter()
        finished = Finished(
            reason=reason,
            prompt_tokens=len(job.task.prompt),
            cached_tokens=job.reused,
            completion_tokens=len(job.said),
            time_to_first_token=job.first_token - job.submitted,
            seconds=now - job.submitted,
        )
        self._end(job, finished)

    def _put_back(self, jobs: list[Job], code: int) -> None:
        """After a decode that did not finish: every sequence as it was, then room, or the end of who cannot go on."""
        for job in jobs:
            if job.slot is not None:
                before = job.slot.count
                self.slots.restore(job.slot)
                if job.slot.count < before or (job.todo is None and before == 0):
                    self._preempt(job)
        if code == ABORTED or (code == NO_ROOM and self.slots.drop_idle()):
            return
        if code == NO_ROOM and len(self._active) > 1:
            self._preempt(self._active[-1])
            return
        for job in jobs:
            if code == NO_ROOM:
                self._finish(job, "length")
            else:
                self._end(job, Failed(EngineError(f"llama.cpp refused a batch ({code})", "send the message again")))

    def _preempt(self, job: Job) -> None:
        """Take a job's slot and cache away and let it wait for another: it will read again what it has said."""
        if job.slot is not None:
            self.slots.trim(job.slot, 0)
            self.slots.give_back(job.slot)
        self._active.remove(job)
        job.start_again()
        self._waiting.append(job)

    def _end(self, job: Job, event: Event | None) -> None:
        (self._active if job in self._active else self._waiting).remove(job)
        if job.picker is not None:
            job.picker.free()
        if job.slot is not None:
            self.slots.give_back(job.slot)
        if job.said and not job.answer.thought:
            self._remember(job.answer.text, np.array(job.said, np.int32))
        if event is not None:
            self._emit(job, event)

    def _emit(self, job: Job, event: Event) -> None:
        self._outbox.setdefault(job.channel, []).append((job.id, event))

    def _deliver(self) -> None:
        outbox, self._outbox = self._outbox, {}
        for channel, batch in outbox.items():
            channel.post(batch)


def stopped() -> ModelGone:
    """What a request is told whose model is being stopped."""
    return ModelGone("the model was stopped", "send the message again")
