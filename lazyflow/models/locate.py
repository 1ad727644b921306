"""A model's name → a whole model on disk, fetched where it must be: everything at once, for the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

from typing_extensions import assert_never

from lazyflow.errors import MissingExtra
from lazyflow.models.check import ModelFile, check
from lazyflow.models.found import Found, Remote
from lazyflow.models.resolve import resolve

OnProgress = Callable[[int, int], None]
T = TypeVar("T")


def _ignore(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


async def locate(
    name: str,
    *,
    folder: Path,
    revision: str = "main",
    environment: Mapping[str, str] | None = None,
    on_progress: OnProgress = _ignore,
) -> ModelFile:
    """Find the model that app.yaml in `folder` calls `name`, download it where it is not on disk, and check it.

    `environment` is the process's own unless given. `on_progress` hears (bytes done, bytes in all) on the event loop,
    only while something is downloaded. Cancelling stops a download at once; the next call goes on where it stopped.

    Raises: `ModelNotFound` with every place that was tried, `ModelUnusable`, `MissingExtra`.
    """
    variables = os.environ if environment is None else environment
    loop = asyncio.get_running_loop()

    def work(cancel: Event) -> ModelFile:
        def report(done: int, total: int) -> None:
            if not cancel.is_set():
                loop.call_soon_threadsafe(on_progress, done, total)

        found = resolve(name, folder=folder, environment=variables, revision=revision)
        match found:
            case Found():
                return check(found)
            case Remote():
                return check(_fetch(found, variables, report, cancel))
            case other:
                assert_never(other)

    return await _in_thread(work)


def _fetch(remote: Remote, environment: Mapping[str, str], on_progress: OnProgress, cancel: Event) -> Found:
    try:
        from lazyflow.models.fetch import fetch  # noqa: PLC0415 - huggingface_hub is heavy and may be missing
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "huggingface_hub", "local") from None
    return fetch(remote, environment=environment, on_progress=on_progress, cancel=cancel)


async def _in_thread(work: Callable[[Event], T]) -> T:
    """Run `work` in a thread that cannot hold up the end of the process; cancelling sets its event."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    cancel = Event()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # no error: it is the result

    def run() -> None:
        result, error = None, None
        try:
            result = work(cancel)
        except Exception as caught:  # noqa: BLE001 - handed to the one who waits
            error = caught
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    Thread(target=run, name="lazyflow-model", daemon=True).start()
    try:
        return await future
    finally:
        cancel.set()
