"""Loading a model: the engine's front door."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING

from lazyflow.engine.contract import LoadedModel, LoadProgress, ModelKey, OnProgress
from lazyflow.engine.remote import RemoteModel

if TYPE_CHECKING:
    from lazyflow.engine.core import Core  # heavy


async def open_model(key: ModelKey, on_progress: OnProgress) -> LoadedModel:
    """Load `key` and start to answer. `on_progress` is called in the caller's event loop.

    Cancelling the call stops the load. Raises: `ModelUnusable`, `MissingExtra`.
    """
    if key.isolate and hasattr(socket, "AF_UNIX"):
        return await RemoteModel.open(key, on_progress)
    return await open_threaded(key, on_progress)


async def open_threaded(key: ModelKey, on_progress: OnProgress) -> LoadedModel:
    """Load `key` into a thread of this process."""
    from lazyflow.engine.core import Core  # noqa: PLC0415 - heavy
    from lazyflow.engine.threaded import ThreadedModel  # noqa: PLC0415 - heavy

    loop, cancelled = asyncio.get_running_loop(), threading.Event()

    def progress(fraction: float) -> bool:
        if not cancelled.is_set():
            loop.call_soon_threadsafe(on_progress, LoadProgress("reading", fraction))
        return not cancelled.is_set()

    loading = asyncio.ensure_future(asyncio.to_thread(Core, key, progress))
    try:
        core = await asyncio.shield(loading)
    except asyncio.CancelledError:
        cancelled.set()
        loading.add_done_callback(_close_unwanted)
        raise
    return ThreadedModel(core)


def _close_unwanted(loading: asyncio.Future[Core]) -> None:
    """A load that was cancelled ends by itself; one that was done before it noticed is closed."""
    if not loading.cancelled() and loading.exception() is None:
        threading.Thread(target=loading.result().close, name="lazyflow-close").start()
