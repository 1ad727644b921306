"""The engine's thread: it alone uses the context. A step gives every running answer a token and reads some prompts."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from lazyflow.engine import scheduler
from lazyflow.engine.contract import (
    Busy,
    ContextOverflow,
    EngineError,
    InvalidRequest,
    ModelGone,
    ModelState,
    Queued,
    stopped,
)
from lazyflow.engine.embedding import Embedder
from lazyflow.engine.inbox import Inbox
from lazyflow.engine.job import Batch, Channel, Embedded, Event, Failed, Job, Task
from lazyflow.engine.line import Line
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
        self._inbox = Inbox()
        self._stopping = self._full = False
        self._line = Line(context.sequences)
        self._active: list[Job] = []
        self._embedding: deque[tuple[int, str, Channel]] = deque()
        self._outbox: dict[Channel, Batch] = {}
        self._chunk = scheduler.FIRST_CHUNK

    # From any thread

    def submit(self, number: int, task: Task, channel: Channel) -> None:
        """Take a task; its events come to `channel`, the last one a `Finished` or `Failed`."""
        job = Job.of(number, task, channel)
        if not self._inbox.put(lambda: self._queue(job)):
            channel.post([(number, Failed(stopped()))])

    def embed(self, number: int, text: str, channel: Channel) -> None:
        """Take a text; its embedding comes to `channel`."""
        if not self._inbox.put(lambda: self._embedding.append((number, text, channel))):
            channel.post([(number, Failed(stopped()))])

    def cancel(self, number: int, channel: Channel) -> None:
        """End a job between two steps, without an event; unknown ones are ignored."""
        self._inbox.put(lambda: self._cancel(number, channel))

    def tell(self, number: int, channel: Channel) -> None:
        """How busy the model is, between two steps; it comes to `channel`."""
        if not self._inbox.put(lambda: self._outbox.setdefault(channel, []).append((number, self._state()))):
            channel.post([(number, Failed(stopped()))])

    def stop(self) -> None:
        """End every job and the thread; a running decode is cut off."""
        self._stopping = True
        self._context.abort()
        self._inbox.wake()

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
            self._inbox.close()
            for job in [*self._active, *self._line]:
                self._end(job, Failed(failure))
            for number, _, channel in self._embedding:
                self._outbox.setdefault(channel, []).append((number, Failed(failure)))
            self._deliver()

    def _turn(self) -> None:
        self._inbox.read()
        self._admit()
        if self._active:
            self._step()
            self.timings.rest()
        self._embed()
        self._deliver()
        if not (self._active or self._line or self._embedding or self._inbox):
            self._inbox.wait()

    def _state(self) -> ModelState:
        return ModelState(
            running=len(self._active),
            waiting=len(self._line),
            slots=len(self.slots.all),
            tokens=sum(slot.count for slot in self.slots.all),
            room=self._context.length * len(self.slots.all),
            picked=self.timings.picked,
            decoding=self.timings.decoding,
        )

    def _queue(self, job: Job) -> None:
        try:
            self._line.join(job)
        except Busy as error:
            self._emit(job, Failed(error))

    def _cancel(self, number: int, channel: Channel) -> None:
        for job in [*self._active, *self._line]:
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
        if not self._line:
            return
        self._full = self._full and bool(self._active)
        place = 0
        for job in self._line.ordered(self._active):
            if place or self._full or not self._start(job):
                place += 1
                if job.place != place:
                    job.place = place
                    self._emit(job, Queued(place))

    def _start(self, job: Job) -> bool:
        """Give a job a slot; False where none is idle."""
        slot = self.slots.take(job.prompt)
        if slot is None:
            return False
        self._line.leave(job)
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
        began = self.timings.begin()
        jobs = {job.slot.sequence: job for job in self._active if job.slot is not None}
        decoding = [sequence for sequence, job in jobs.items() if job.todo is None]
        reading = [
            scheduler.Reading(sequence, len(job.todo), began - job.submitted)
            for sequence, job in jobs.items()
            if job.todo is not None
        ]
        plan = scheduler.step(decoding, reading, batch=self._context.batch, chunk=self._chunk)
        filling = [(jobs[sequence], jobs[sequence].fill(self._context, count)) for sequence, count in plan]
        picks = [(job, index) for job, index in filling if index >= 0]
        code, seconds = self.timings.decode(self._context.decode)
        if code:
            self._put_back([jobs[sequence] for sequence, _ in plan], code)
            return
        read = 0
        for sequence, count in plan:
            read += jobs[sequence].advance(count)
        if decoding and read >= self._chunk:
            self._chunk = scheduler.next_chunk(self._chunk, read, seconds, self._context.batch)
        for job, index in picks:
            self._pick(job, index)
        self.timings.end(len(picks), read)

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
        finished = job.finished(reason)
        self._line.answered(finished.seconds)
        self._end(job, finished)

    def _put_back(self, jobs: list[Job], code: int) -> None:
        """After a decode that did not finish: every sequence as it was, then room, or the end of who cannot go on."""
        for job in jobs:
            if job.slot is not None:
                before = job.slot.count
                self.slots.restore(job.slot)
                if job.slot.count < before:
                    self._preempt(job)
        if code == NO_ROOM:
            self._make_room()
        elif code != ABORTED:
            for job in jobs:
                self._end(job, Failed(EngineError(f"llama.cpp refused a batch ({code})", "send the message again")))

    def _make_room(self) -> None:
        """Room in a full cache: what nobody uses goes first, then the youngest answer, which is said again later.

        Until an answer ends nobody else begins: they would take the room that was just made, and nobody got on.
        """
        if self.slots.drop_idle():
            return
        if len(self._active) > 1:
            self._full = True
            self._preempt(max(self._active, key=lambda job: job.submitted))
        elif self._active:
            job = self._active[0]
            if job.said:
                self._finish(job, "length")
            else:
                words = f"the conversation takes {len(job.prompt)} tokens, more than the KV cache has room for"
                self._end(job, Failed(ContextOverflow(words, "send less, or raise `context` in app.yaml")))

    def _preempt(self, job: Job) -> None:
        """Take a job's slot and cache away and let it wait for another: it will read again what it has said."""
        if job.slot is not None:
            self.slots.trim(job.slot, 0)
            self.slots.give_back(job.slot)
        self._active.remove(job)
        job.start_again()
        self._line.join_again(job)

    def _end(self, job: Job, event: Event | None) -> None:
        if job in self._active:
            self._active.remove(job)
            self._full = False
        else:
            self._line.leave(job)
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
