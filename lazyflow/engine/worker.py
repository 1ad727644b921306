"""A model's own process: `python -m lazyflow.engine.worker FD` serves its owner over a socket until that ends."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from typing import NoReturn

from typing_extensions import assert_never

from lazyflow.engine import replies, requests
from lazyflow.engine.contract import ModelKey
from lazyflow.engine.core import Core
from lazyflow.engine.job import Batch
from lazyflow.engine.steps import LONGEST_STEP
from lazyflow.errors import LazyflowError

log = logging.getLogger(__name__)
FAILED = 1


class Owner(logging.Handler):
    """The way back to the process that started this one: a channel for events and a handler for logs."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._connection = connection
        self._sending = threading.Lock()

    def tell(self, kind: str, *values: object) -> None:
        """Send one answer, from any thread."""
        data = replies.frame(kind, *values)
        try:
            with self._sending:
                self._connection.sendall(data)
        except OSError:
            end()

    def post(self, events: Batch) -> None:
        """Send a step's events."""
        self.tell("events", replies.events_out(events))

    def emit(self, record: logging.LogRecord) -> None:
        """Send a log record."""
        self.tell("log", record.levelno, record.name, record.getMessage())


def end(code: int = 0) -> NoReturn:
    """End at once, whatever native code runs: nobody is left to answer to."""
    os._exit(code)


class Worker:
    """Reads requests in the main thread, so that the owner's end is noticed whatever else goes on."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._owner = connection, Owner(connection)
        self._core: Core | None = None
        self._stopping = False

    def serve(self) -> None:
        """Work until told to stop or the owner is gone."""
        logging.basicConfig(level=logging.INFO, handlers=[self._owner], force=True)
        while (request := requests.receive(self._connection)) is not None:
            match request:
                case requests.Load(key):
                    threading.Thread(target=self._load, args=(key,), daemon=True).start()
                case requests.Ping():
                    self._check()
                    self._owner.tell("alive")
                case requests.Stop():
                    self._stopping = True
                    break
                case _:
                    self._pass_on(request)
        if request is not None and self._core is not None:
            self._core.close()
        end()

    def _load(self, key: ModelKey) -> None:
        def progress(fraction: float) -> bool:
            self._owner.tell("progress", fraction)
            return True

        try:
            core = Core(key, progress)
        except LazyflowError as error:
            self._owner.tell("unusable", replies.error_out(error))
            return
        except Exception as error:  # the owner waits for a word
            log.exception("the model could not be loaded")
            self._owner.tell("unusable", ["ModelUnusable", f"{key.path} could not be loaded: {error}", ""])
            return
        self._core = core
        self._owner.tell("loaded", replies.info_out(core.info))
        core.loop.join()
        if not self._stopping:
            end(FAILED)  # an engine that broke down does not come back: its owner starts another process

    def _check(self) -> None:
        """A worker whose engine hangs ends: its owner starts another process."""
        if self._core is not None and self._core.loop.timings.hung():
            log.error("llama.cpp has computed one step for over %g seconds", LONGEST_STEP)
            end(FAILED)

    def _pass_on(self, request: requests.OfModel) -> None:
        if self._core is None:
            return
        match request:
            case requests.Chat(number, chat):
                self._core.chat(number, chat, self._owner)
            case requests.Embed(number, text):
                self._core.embed(number, text, self._owner)
            case requests.Tokenize(number, text):
                self._core.tokenize(number, text, self._owner)
            case requests.State(number):
                self._core.state(number, self._owner)
            case requests.Room(number, keys):
                self._core.beside(number, keys, self._owner)
            case requests.Cancel(number):
                self._core.cancel(number, self._owner)
            case _:
                assert_never(request)


def main() -> None:
    """Serve the socket whose file descriptor the command line names."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's: it tells when to stop
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        Worker(connection).serve()


if __name__ == "__main__":
    main()
