"""A model in a process of its own: when that dies its requests fail at once, and another one is started."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing, suppress

from lazyflow.engine import requests
from lazyflow.engine.channel import LoopChannel
from lazyflow.engine.contract import (
    ChatRequest,
    Finished,
    LoadProgress,
    ModelGone,
    ModelInfo,
    ModelKey,
    ModelState,
    OnProgress,
    Output,
    stopped,
)
from lazyflow.engine.job import Event, Tokenized, fits, state_of, vectors
from lazyflow.engine.process import SILENCE, Process
from lazyflow.errors import LazyflowError

log = logging.getLogger(__name__)
LONGEST_PAUSE = 60.0
"""Seconds between two attempts to start a worker that keeps dying."""
GOOD_RUN = 60.0
"""Seconds of life after which a worker's death counts as its first, even where it answered nothing."""


class RemoteModel:
    """Implements `LoadedModel` over a worker process, which it owns; belongs to the event loop that opened it."""

    def __init__(
        self, key: ModelKey, process: Process, info: ModelInfo, channel: LoopChannel, on_progress: OnProgress
    ) -> None:
        self._key, self._info, self._channel, self._on_progress = key, info, channel, on_progress
        self._silence = process.silence
        self._served = False
        self._loop = asyncio.get_running_loop()
        self._process: asyncio.Future[Process] = self._loop.create_future()
        self._process.set_result(process)
        self._keeping = asyncio.create_task(self._keep(process))

    @classmethod
    async def open(cls, key: ModelKey, on_progress: OnProgress, silence: float = SILENCE) -> RemoteModel:
        """Load `key` in a process of its own; cancelling ends that. Raises: `ModelUnusable`.

        A process that says no word for `silence` seconds is taken for hung, and another one is started.
        """
        channel = LoopChannel(asyncio.get_running_loop())
        process, info = await _start(key, on_progress, channel, silence)
        return cls(key, process, info, channel, on_progress)

    @property
    def info(self) -> ModelInfo:
        """What was loaded."""
        return self._info

    @property
    def ready(self) -> bool:
        """Whether a worker runs that has loaded the model."""
        process = self._worker()
        return process is not None and not process.ended.done()

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while none runs."""
        process = self._worker()
        return process.pid if process is not None else None

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Output, None]:
        """Stream one answer; closing the generator cancels it between two steps."""
        process, chat = await self._running(), requests.plain(request)
        outputs = self._channel.stream(
            lambda number: process.send(requests.Chat(number, chat)),
            lambda number: process.send(requests.Cancel(number)),
        )
        async with aclosing(outputs):
            async for output in outputs:
                self._served = self._served or isinstance(output, Finished)
                yield output

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """The embedding of each text, of length 1. Raises: `EngineError`."""
        process = await self._running()

        def ask(text: str) -> Coroutine[None, None, Event]:
            return self._channel.ask(
                lambda number: process.send(requests.Embed(number, text)),
                lambda number: process.send(requests.Cancel(number)),
            )

        return vectors(await asyncio.gather(*map(ask, texts)))

    async def tokenize(self, text: str) -> tuple[int, ...]:
        """The tokens of plain text. Raises: `EngineError`."""
        process = await self._running()
        asked = self._channel.ask(
            lambda number: process.send(requests.Tokenize(number, text)),
            lambda number: process.send(requests.Cancel(number)),
        )
        event = await asked
        return event.tokens if isinstance(event, Tokenized) else ()

    async def state(self) -> ModelState:
        """How busy the model is now. Raises: `EngineError`, at once where no worker runs."""
        self._check_ready()
        process = await self._running()
        asked = self._channel.ask(lambda number: process.send(requests.State(number)), lambda _: None)
        return state_of(await asked)

    async def beside(self, keys: Sequence[ModelKey]) -> bool:
        """Whether models would find room beside this one. Raises: `EngineError`, at once where no worker runs."""
        self._check_ready()
        process = await self._running()
        asked = self._channel.ask(lambda number: process.send(requests.Room(number, tuple(keys))), lambda _: None)
        return fits(await asked)

    async def close(self) -> None:
        """End every request and the process. May be called more than once."""
        self._keeping.cancel()
        await asyncio.wait([self._keeping])
        if self._process.done() and self._process.exception() is None:
            await self._process.result().stop()
        self._down(stopped())

    def _worker(self) -> Process | None:
        """The last worker that was started, unless another one is to come."""
        started = self._process.done() and not self._process.cancelled() and self._process.exception() is None
        return self._process.result() if started else None

    def _starting(self, fraction: float) -> None:
        self._on_progress(LoadProgress("starting", fraction))

    def _check_ready(self) -> None:
        if not self.ready:
            raise ModelGone("the model's process is being started again", "try again")

    async def _running(self) -> Process:
        """The worker; one that is being started is waited for. Raises: `ModelGone`."""
        process = await asyncio.shield(self._process)
        if process.ended.done():
            raise ModelGone(f"the model's process {process.ended.result()}", "send the message again")
        return process

    async def _keep(self, process: Process) -> None:
        """Start another worker whenever one has died, after a pause that grows while they die unused."""
        pause = 0.0
        while True:
            born = self._loop.time()
            reason = await asyncio.shield(process.ended)
            log.error("the process of %s %s; another one is started", self._key.path, reason)
            gone = ModelGone(f"the model's process {reason}", "send the message again: another one is being started")
            self._channel.fail(gone)
            self._starting(0.0)
            if self._served or self._loop.time() - born > GOOD_RUN:
                pause = 0.0
            self._served = False
            process = await self._start_again(pause, gone)
            pause = min(max(2 * pause, 1.0), LONGEST_PAUSE)

    async def _start_again(self, pause: float, gone: ModelGone) -> Process:
        while True:
            if pause:
                self._down(gone)
                await asyncio.sleep(pause)
            self._process = self._loop.create_future()
            try:
                process, self._info = await _start(
                    self._key, lambda progress: self._starting(progress.fraction), self._channel, self._silence
                )
            except LazyflowError as error:
                log.error("%s", error)  # noqa: TRY400 - it is told to people, without a traceback
                gone = ModelGone(f"the model cannot be started again: {error.message}", error.help)
                self._down(gone)
                self._starting(0.0)
                pause = min(max(2 * pause, 1.0), LONGEST_PAUSE)
            except BaseException:
                self._down(stopped())
                raise
            else:
                self._process.set_result(process)
                self._starting(1.0)
                return process

    def _down(self, error: ModelGone) -> None:
        """Refuse requests until another worker runs."""
        if self._process.done():
            self._process = self._loop.create_future()
        self._process.set_exception(error)
        self._process.exception()  # looked at: it is no mistake when nobody waits
        self._channel.fail(error)


async def _start(
    key: ModelKey, on_progress: OnProgress, channel: LoopChannel, silence: float
) -> tuple[Process, ModelInfo]:
    """A worker that has loaded `key`; none is left behind otherwise."""
    starting = asyncio.create_task(Process.start(channel.deliver, silence))
    try:
        process = await asyncio.shield(starting)
        return process, await process.load(key, on_progress)
    except BaseException:
        ending = asyncio.create_task(_end(starting))
        with suppress(asyncio.CancelledError):  # the process must be waited for, whoever else gives up
            await asyncio.shield(ending)
        raise


async def _end(starting: asyncio.Task[Process]) -> None:
    await (await starting).kill()
