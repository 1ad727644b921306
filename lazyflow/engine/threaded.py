"""A model in a thread of this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from weakref import WeakKeyDictionary

from lazyflow.engine.channel import LoopChannel
from lazyflow.engine.contract import ChatRequest, ModelInfo, ModelKey, ModelState, Output
from lazyflow.engine.core import Core
from lazyflow.engine.job import Event, Tokenized, fits, state_of, vectors
from lazyflow.engine.steps import Steps


class ThreadedModel:
    """Implements `LoadedModel` over a `Core` that was just made; owns it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._channels: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopChannel] = WeakKeyDictionary()

    @property
    def info(self) -> ModelInfo:
        """What was loaded."""
        return self._core.info

    @property
    def ready(self) -> bool:
        """Whether its engine runs: once that has failed or was closed it does not come back."""
        return self._core.loop.is_alive()

    @property
    def steps(self) -> Steps:
        """What the steps so far cost."""
        return self._core.loop.timings

    def chat(self, request: ChatRequest) -> AsyncGenerator[Output, None]:
        """Stream one answer; closing the generator cancels it between two steps."""
        core, channel = self._core, self._channel()
        return channel.stream(
            lambda number: core.chat(number, request, channel), lambda number: core.cancel(number, channel)
        )

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """The embedding of each text, of length 1. Raises: `EngineError`."""
        core, channel = self._core, self._channel()

        def ask(text: str) -> Coroutine[None, None, Event]:
            return channel.ask(
                lambda number: core.embed(number, text, channel), lambda number: core.cancel(number, channel)
            )

        return vectors(await asyncio.gather(*map(ask, texts)))

    async def tokenize(self, text: str) -> tuple[int, ...]:
        """The tokens of plain text. Raises: `EngineError`."""
        core, channel = self._core, self._channel()
        asked = channel.ask(
            lambda number: core.tokenize(number, text, channel), lambda number: core.cancel(number, channel)
        )
        event = await asked
        return event.tokens if isinstance(event, Tokenized) else ()

    async def state(self) -> ModelState:
        """How busy the model is now. Raises: `EngineError`."""
        core, channel = self._core, self._channel()
        return state_of(await channel.ask(lambda number: core.state(number, channel), lambda _: None))

    async def beside(self, keys: Sequence[ModelKey]) -> bool:
        """Whether models would find room beside this one. Raises: `EngineError`."""
        core, channel = self._core, self._channel()
        return fits(await channel.ask(lambda number: core.beside(number, keys, channel), lambda _: None))

    def _channel(self) -> LoopChannel:
        loop = asyncio.get_running_loop()
        return self._channels.setdefault(loop, LoopChannel(loop))

    async def close(self) -> None:
        """End every request and free the memory. May be called more than once."""
        await asyncio.to_thread(self._core.close)
