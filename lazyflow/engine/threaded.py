"""A model in a thread of this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from itertools import count
from weakref import WeakKeyDictionary

from lazyflow.engine.channel import LoopChannel
from lazyflow.engine.contract import ChatRequest, Finished, ModelInfo, Output
from lazyflow.engine.core import Core
from lazyflow.engine.job import Embedded, Failed


class ThreadedModel:
    """Implements `LoadedModel` over a `Core` that was just made; owns it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._numbers = count()
        self._channels: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopChannel] = WeakKeyDictionary()

    @property
    def info(self) -> ModelInfo:
        """What was loaded."""
        return self._core.info

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Output, None]:
        """Stream one answer; closing the generator cancels it between two steps."""
        number, channel = next(self._numbers), self._channel()
        queue = channel.open(number)
        self._core.chat(number, request, channel)
        ended = False
        try:
            while not ended:
                match event := await queue.get():
                    case Failed(error):
                        ended = True
                        raise error
                    case Embedded():
                        continue
                    case _:
                        ended = isinstance(event, Finished)
                        yield event
        finally:
            channel.forget(number)
            if not ended:
                self._core.cancel(number, channel)

    def _channel(self) -> LoopChannel:
        loop = asyncio.get_running_loop()
        return self._channels.setdefault(loop, LoopChannel(loop))

    async def close(self) -> None:
        """End every request and free the memory. May be called more than once."""
        await asyncio.to_thread(self._core.close)
