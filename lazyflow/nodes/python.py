"""`type: python`: any callable, plain or async, that returns text or yields it."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from lazyflow.nodes.contract import NodeFailed, Takes, Turn
from lazyflow.nodes.events import Event, Failure, Text
from lazyflow.nodes.modules import AppModules
from lazyflow.nodes.prompting import plain
from lazyflow.nodes.target import CallFailed, Target, load_target, told
from lazyflow.nodes.threads import Threads
from lazyflow.spec.nodes import PythonSpec

log = logging.getLogger(__name__)

# An async generator that never waits would keep the event loop to itself: everybody else runs after so many pieces.
PIECES_IN_A_ROW = 32
# A module whose import hangs must not hold up the reloads that could mend it: seconds.
LONGEST_IMPORT = 120.0


class PythonNode:
    """Calls the author's function; `open` imports it, as one of `modules`. Plain code runs in `threads`."""

    def __init__(
        self,
        spec: PythonSpec,
        folder: Path,
        threads: Threads | None = None,
        modules: AppModules | None = None,
    ) -> None:
        self.name = spec.name
        self.spec = spec
        self.threads = threads or Threads()
        self.modules = modules or AppModules(folder)
        self.target: Target | None = None

    async def open(self, seconds: float = LONGEST_IMPORT) -> None:
        """Import the callable, off the event loop, within so many seconds.

        Raises: `CallFailed`.
        """
        spec = self.spec
        load = self.threads.run(lambda: load_target(self.name, spec.call, spec.arguments, self.modules))
        try:
            self.target = await asyncio.wait_for(load, seconds)
        except asyncio.TimeoutError as error:
            late = f"node '{self.name}': importing '{spec.call}' has taken more than {seconds:g} seconds"
            raise CallFailed(late, "look for what its module waits for, and move it into the function") from error

    async def takes(self) -> Takes:
        """See `TakesMore`: the callable gets all files where it asks for them."""
        files = self.target is not None and "files" in self.target.takes
        return Takes(images=files, documents=files)

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """What the callable returns or yields."""
        try:
            async with aclosing(self.call(turn)) as pieces:
                async for piece in pieces:
                    yield Text(self.text(piece, turn))
        except NodeFailed:
            raise
        except (Exception, SystemExit) as error:
            log.warning("node '%s' raised", self.name, exc_info=error)
            raise self.failure(turn, f"raised {told(error)}") from error

    async def call(self, turn: Turn) -> AsyncGenerator[Any, None]:
        """Whatever comes out, piece by piece; plain functions run off the event loop."""
        target = self.target
        if target is None:
            raise self.failure(turn, "is not loaded")
        function = target.function
        arguments = target.arguments({"history": plain(turn.history_for(self.name)), "files": list(turn.files)})
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            result = function(turn.message, **arguments)
        else:
            result = await self.threads.run(lambda: function(turn.message, **arguments))
        if inspect.isawaitable(result):
            result = await result
        if isinstance(result, AsyncIterator):
            try:
                in_a_row = 0
                async for piece in result:
                    yield piece
                    in_a_row += 1
                    if in_a_row % PIECES_IN_A_ROW == 0:
                        await asyncio.sleep(0)
            finally:
                if isinstance(result, AsyncGenerator):
                    await result.aclose()
        elif isinstance(result, Iterator):
            async with aclosing(self.threads.iterate(result)) as pieces:
                async for piece in pieces:
                    yield piece
        else:
            yield result

    def text(self, piece: Any, turn: Turn) -> str:
        """A piece, which must be text."""
        if isinstance(piece, str):
            return piece
        kind = "nothing" if piece is None else type(piece).__name__
        raise self.failure(turn, f"gave {kind} where text was expected")

    def failure(self, turn: Turn, what: str) -> NodeFailed:
        """The turn's failure, in words that name the callable."""
        return NodeFailed(Failure(turn.path, f"node '{self.name}': {self.spec.call} {what}"))
