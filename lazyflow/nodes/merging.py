"""Several streams read side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

# Streams that run ahead of a slow reader wait: items, all streams together.
AHEAD = 64


@dataclass(frozen=True, slots=True)
class Ended:
    """A stream ended, by itself or with an error."""

    error: BaseException | None


async def merge(streams: Sequence[AsyncGenerator[T, None]]) -> AsyncGenerator[tuple[int, T], None]:
    """What all streams give, as it comes, with the number of the stream; the first that fails ends the others."""
    items: asyncio.Queue[tuple[int, T | Ended]] = asyncio.Queue(AHEAD)
    closing = False

    async def read(number: int, stream: AsyncGenerator[T, None]) -> None:
        error: BaseException | None = None
        try:
            async with aclosing(stream):
                async for item in stream:
                    await items.put((number, item))
        except BaseException as caught:  # noqa: BLE001 - raised again where the streams meet
            error = caught
        if not closing:
            await items.put((number, Ended(error)))

    tasks = [asyncio.create_task(read(number, stream)) for number, stream in enumerate(streams)]
    try:
        running = len(tasks)
        while running:
            number, item = await items.get()
            if not isinstance(item, Ended):
                yield number, item
            elif item.error is None:
                running -= 1
            else:
                raise item.error
    finally:
        closing = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
