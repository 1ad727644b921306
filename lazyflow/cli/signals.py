"""What Ctrl-C and its like mean while an app is served."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def handled(handlers: dict[str, Callable[[int], None]]) -> Iterator[None]:
    """Call back on the event loop for the signals named, where the platform has them."""
    loop = asyncio.get_running_loop()
    before = {}

    def relay(callback: Callable[[int], None]) -> Callable[[int, FrameType | None], None]:
        def told(number: int, _: FrameType | None) -> None:
            loop.call_soon_threadsafe(callback, number)

        return told

    for name, callback in handlers.items():
        number = getattr(signal, name, None)
        if number is not None:
            before[number] = signal.signal(number, relay(callback))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
