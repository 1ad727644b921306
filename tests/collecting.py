"""What came out of a stream, also where it ends with an error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def collect(stream: AsyncIterator[T], into: list[T]) -> None:
    """Put each item into the list as it comes."""
    async for item in stream:
        into.append(item)  # noqa: PERF401 - a comprehension would lose what came before an error
