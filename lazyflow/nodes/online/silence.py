"""A limit on silence: a stream is read by a task of its own, which ends when nothing came for too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

T = TypeVar("T")


class Silent(Exception):
    """Nothing came for the limit's seconds; `answering` tells that something had come before."""

    def __init__(self, *, answering: bool) -> None:
        super().__init__(answering)
        self.answering = answering


async def watched(source: AsyncGenerator[T, None], limit: float) -> AsyncGenerator[T, None]:
    """The items of `source`. Closing this closes `source` first. Raises: `Silent`, and what `source` raises.

    The limit counts the source's silence alone: a slow reader does not use it up.
    """
    loop = asyncio.get_running_loop()
    items: asyncio.Queue[T | None] = asyncio.Queue()
    latest, came, silent = loop.time(), False, False
    timer: asyncio.TimerHandle

    async def read() -> None:
        nonlocal latest, came
        try:
            async for item in source:
                latest, came = loop.time(), True
                items.put_nowait(item)
        finally:
            items.put_nowait(None)
            await source.aclose()

    def check() -> None:
        nonlocal silent, timer
        left = latest + limit - loop.time()
        if reader.done():
            return
        if left > 0:
            timer = loop.call_later(left, check)
        else:
            silent = True
            reader.cancel()

    reader = asyncio.ensure_future(read())
    timer = loop.call_later(limit, check)
    try:
        while (item := await items.get()) is not None:
            yield item
    finally:
        timer.cancel()
        reader.cancel()
        ended = (await asyncio.gather(reader, return_exceptions=True))[0]
    if silent:
        raise Silent(answering=came)
    if isinstance(ended, Exception):
        raise ended
