from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from lazyflow.nodes.online.silence import Silent, watched
from tests.collecting import collect


class Source:
    """Yields its pieces with a pause before each; then ends, hangs or raises."""

    def __init__(self, pieces: int, *, pause: float = 0.0, hangs: bool = False, error: Exception | None = None) -> None:
        self.pieces, self.pause, self.hangs, self.error = pieces, pause, hangs, error
        self.closed = False

    async def stream(self) -> AsyncGenerator[int, None]:
        try:
            for piece in range(self.pieces):
                await asyncio.sleep(self.pause)
                yield piece
            if self.error:
                raise self.error
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            self.closed = True


async def test_everything_passes_in_order() -> None:
    source = Source(100)
    assert [piece async for piece in watched(source.stream(), 1.0)] == list(range(100))
    assert source.closed


async def test_silence_before_the_first_piece_ends_the_stream() -> None:
    source = Source(0, hangs=True)
    with pytest.raises(Silent) as caught:
        _ = [piece async for piece in watched(source.stream(), 0.02)]
    assert not caught.value.answering
    assert source.closed


async def test_silence_between_pieces_ends_the_stream_after_what_came() -> None:
    source = Source(3, hangs=True)
    came: list[int] = []
    with pytest.raises(Silent) as caught:
        await collect(watched(source.stream(), 0.02), came)
    assert (came, caught.value.answering, source.closed) == ([0, 1, 2], True, True)


async def test_a_stream_may_take_longer_than_the_limit_as_long_as_it_is_not_silent() -> None:
    assert len([piece async for piece in watched(Source(8, pause=0.02).stream(), 0.1)]) == 8


async def test_a_slow_reader_does_not_use_up_the_limit() -> None:
    async for _ in watched(Source(3).stream(), 0.02):
        await asyncio.sleep(0.03)


async def test_an_error_of_the_source_arrives_after_what_came() -> None:
    came: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        await collect(watched(Source(2, error=ValueError("broken")).stream(), 1.0), came)
    assert came == [0, 1]


async def test_closing_closes_the_source_before_it_returns() -> None:
    source = Source(1, hangs=True)
    async with aclosing(watched(source.stream(), 1.0)) as pieces:
        assert await pieces.__anext__() == 0
    assert source.closed


async def test_cancelling_the_reader_closes_the_source() -> None:
    source = Source(1, hangs=True)

    async def read() -> None:
        async with aclosing(watched(source.stream(), 1.0)) as pieces:
            async for _ in pieces:
                pass

    task = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed
