"""One conversation with an app in the terminal, whose models load while the person types."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, aclosing, nullcontext, redirect_stdout
from types import TracebackType
from typing import TextIO

from typing_extensions import Self

from lazyflow.cli.narrator import Narrator
from lazyflow.cli.transcript import Transcript
from lazyflow.graph.load import Source
from lazyflow.messages import History, Message, Role
from lazyflow.runtime.contract import Ask, RunningApp
from lazyflow.runtime.live import Live, open_live
from lazyflow.runtime.loop_thread import LoopThread


class Conversation:
    """What was said so far, and the app that it is held with, in a thread of its own. Answers go to `out`."""

    def __init__(self, source: Source, entry: str, out: TextIO) -> None:
        self.history: History = ()
        self._source = source
        self._entry = entry
        self._out = out
        self._thread = LoopThread()
        self._app = AsyncExitStack()
        self._live: Live

    def __enter__(self) -> Self:
        """Open the app. Raises: `LazyflowError`."""
        with ExitStack() as stack, redirect_stdout(sys.stderr):  # what the author's code prints is no answer
            stack.enter_context(self._thread)
            self._live = self._thread.run(self._app.enter_async_context(open_live(self._source)))
            stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the app."""
        with self._thread:
            self._thread.run(self._app.aclose())

    def say(self, message: str) -> bool:
        """Print the answer as it comes; whether there was one. What was said before a Ctrl-C is remembered."""
        transcript = Transcript(self._out, sys.stderr)
        try:
            with redirect_stdout(sys.stderr):
                self._thread.run(self._answer(message, transcript))
        finally:
            transcript.end()
            if transcript.said:
                answer = Message(Role.ASSISTANT, "".join(transcript.said))
                self.history = (*self.history, Message(Role.USER, message), answer)
        return not transcript.failed

    async def _answer(self, message: str, transcript: Transcript) -> None:
        with self._live.lease() as app, self._progress(app):
            ask = Ask(message=message, entry=self._entry, history=self.history, person="terminal")
            async with aclosing(app.stream(ask)) as events:
                async for event in events:
                    transcript.show(event)

    def _progress(self, app: RunningApp) -> AbstractContextManager[None]:
        """How far the models are, for a person who waits for them at a terminal."""
        loading = any(status.state == "loading" for status in app.status().values())
        return Narrator(self._live, sys.stderr).told() if loading and sys.stderr.isatty() else nullcontext()
