"""One worker process from its owner's side: started, loaded, spoken to, and its end noticed."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from lazyflow.engine import replies, requests, wire
from lazyflow.engine.contract import LoadProgress, ModelInfo, ModelKey, OnProgress
from lazyflow.engine.job import Batch
from lazyflow.errors import ModelUnusable

log = logging.getLogger(__name__)
SILENCE = 30.0
"""Seconds without any word after which a worker is taken for hung."""
QUESTIONS = 6
"""How often within that time it is asked whether it lives."""
PATIENCE = 10.0
"""Seconds that a worker has to end by itself when told to."""
DYING = 1.0
"""Seconds from the end of the connection to the end of the process."""
LAST_WORDS = 1000
"""Bytes of its output that tell why it died."""


class Process:
    """A worker that was started. `ended` gets the reason once it is gone; its events come to `on_events`."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        on_events: Callable[[Batch], None],
        silence: float,
    ) -> None:
        self._process, self._on_events, self.silence = process, on_events, silence
        self._reader, self._writer = streams
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._loaded: asyncio.Future[ModelInfo] = self._loop.create_future()
        self._on_progress: OnProgress = lambda _: None
        self._last_words = b""
        self._heard = self._loop.time()
        self.ended = asyncio.create_task(self._live())

    @classmethod
    async def start(cls, on_events: Callable[[Batch], None], silence: float = SILENCE) -> Process:
        """Start a worker, to be spoken to in this event loop; after `silence` seconds without a word it is ended."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "lazyflow.engine.worker",
                str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=(theirs.fileno(),),
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        return cls(process, await asyncio.open_unix_connection(sock=ours, limit=1 << 20), on_events, silence)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    async def load(self, key: ModelKey, on_progress: OnProgress) -> ModelInfo:
        """Load a model. Raises: `ModelUnusable`, also where the process dies of it."""
        self._on_progress = on_progress
        self.send(requests.Load(key))
        waited: list[asyncio.Future[Any]] = [self._loaded, self.ended]
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not self._loaded.done():
            raise ModelUnusable(
                f"the process that was to load {key.path} {self.ended.result()}", "see the log for more"
            )
        return self._loaded.result()

    def send(self, request: requests.Request) -> None:
        """Send a request, from any thread; for one that no longer arrives there is `ended`."""
        data = requests.frame(request)
        if threading.get_ident() == self._thread:
            self._writer.write(data)
        else:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._writer.write, data)

    async def stop(self) -> None:
        """Let the worker end, by force where it does not."""
        self.send(requests.Stop())
        await asyncio.wait([self.ended], timeout=PATIENCE)
        await self.kill()

    async def kill(self) -> None:
        """End the worker at once and wait for it."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await asyncio.wait([self.ended])

    async def _live(self) -> str:
        """Listen until the connection ends, then tell how the process did."""
        beside = [asyncio.create_task(self._beat()), asyncio.create_task(self._overhear())]
        try:
            while True:
                size = wire.HEADER.unpack(await self._reader.readexactly(wire.HEADER.size))[0]
                self._hear(json.loads(await self._reader.readexactly(size)))
        except (asyncio.IncompleteReadError, OSError):
            pass
        # Killing at once would take how it ended from asyncio; but it may not go on without its connection.
        dying = self._loop.call_later(DYING, self._process.kill)
        code = await self._process.wait()
        dying.cancel()
        beside[0].cancel()
        await asyncio.wait(beside)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        words = self._last_words.decode("utf-8", "replace").strip()
        return f"{how}: {words.splitlines()[-1]}" if words else how

    def _hear(self, message: list[object]) -> None:
        self._heard = self._loop.time()
        match message:
            case ["events", list(events)]:
                self._on_events(replies.events_in(events))
            case ["progress", float(fraction)]:
                self._on_progress(LoadProgress("reading", fraction))
            case ["loaded", dict(info)] if not self._loaded.done():
                self._loaded.set_result(replies.info_in(info))
            case ["unusable", list(error)] if not self._loaded.done():
                self._loaded.set_exception(replies.error_in(error))
            case ["log", int(level), str(name), str(text)]:
                logging.getLogger(name).log(level, "%s", text)
            case _:
                pass

    async def _beat(self) -> None:
        while self._loop.time() - self._heard < self.silence:
            await asyncio.sleep(self.silence / QUESTIONS)
            self.send(requests.Ping())
        log.error("the model's process %s has been silent for %g seconds and is ended", self.pid, self.silence)
        self._process.kill()

    async def _overhear(self) -> None:
        """What the process prints instead of saying: native code's last words, mostly."""
        while self._process.stdout is not None and (words := await self._process.stdout.read(1 << 16)):
            log.debug("%s: %s", self.pid, words.decode("utf-8", "replace").rstrip())
            self._last_words = (self._last_words + words)[-LAST_WORDS:]
