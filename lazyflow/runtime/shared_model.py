"""One model in memory, used by any number of turns: it loads in the background and comes back when it dies."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from lazyflow.engine.contract import LoadedModel, Loader, LoadProgress, ModelGone, ModelKey
from lazyflow.errors import LazyflowError, ModelUnusable
from lazyflow.runtime.tasks import Tasks

log = logging.getLogger(__name__)

# A model that dies again within this many seconds is loaded more and more slowly.
STEADY = 60.0
LONGEST_DELAY = 30.0


class SharedModel:
    """The model of one key. `changed` is called whenever its state does; `tasks` outlive the caller."""

    def __init__(self, key: ModelKey, load: Loader, tasks: Tasks, changed: Callable[[], None]) -> None:
        self.key = key
        self.model: LoadedModel | None = None
        self.error: LazyflowError | None = None
        self.progress = LoadProgress("reading", 0.0)
        self.successor: SharedModel | None = None
        self._load = load
        self._tasks = tasks
        self._changed = changed
        self._settled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._users = 0
        self._delay = 0.0
        self._loaded_at = 0.0
        self._loading: asyncio.Task[None] | None = None

    @property
    def loading(self) -> bool:
        """Whether `use`, or the model itself, would make an answer wait."""
        return not self._settled.is_set() or (self.model is not None and not self.model.ready)

    def start(self) -> None:
        """Begin to load."""
        self._settled.clear()
        self._loading = self._tasks.start(self._load_now(), "load a model")

    async def settled(self) -> None:
        """Wait until the model is in memory. Raises: `LazyflowError` where it cannot be."""
        await self._settled.wait()
        if self.successor is None and self.model is None:
            raise self.error or ModelUnusable("the model is not in memory")

    @asynccontextmanager
    async def use(self) -> AsyncGenerator[LoadedModel, None]:
        """The model, which stays in memory until the context ends. See `ModelSource.use`."""
        await self.settled()
        if self.successor is not None:
            async with self.successor.use() as next_model:
                yield next_model
            return
        model = self.model
        assert model is not None  # noqa: S101 - settled() has seen to it, and nothing ran since
        self._users += 1
        self._idle.clear()
        try:
            yield model
        except ModelGone:
            self._lost(model)
            raise
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    async def unload(self, limit: float) -> None:
        """Free the memory once running answers end, `limit` seconds at the most; who comes now waits."""
        self._settled.clear()
        try:
            await asyncio.wait_for(self._idle.wait(), limit)
        except asyncio.TimeoutError:
            log.warning("%s: answers cut off after %g s: %d", self.key.path, limit, self._users)
        await self.close()

    def hand_over(self, successor: SharedModel) -> None:
        """Let those who wait here go on with `successor`."""
        self.successor = successor
        self._settled.set()

    async def close(self) -> None:
        """Stop loading and free the memory; who waits now waits on."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.wait([self._loading])
        model, self.model = self.model, None
        if model is not None:
            await model.close()

    def give_up(self, error: LazyflowError) -> None:
        """Tell those who still wait that the model does not come back."""
        self.error = error
        self._settled.set()

    def _lost(self, model: LoadedModel) -> None:
        """The model broke down: free what is left of it and load it again, later and later.

        One in a process of its own is started again by the engine.
        """
        if self.key.isolate or self.model is not model or not self._settled.is_set():
            return
        steady = time.monotonic() - self._loaded_at > STEADY
        self._delay = 0.0 if steady else min(max(2 * self._delay, 0.5), LONGEST_DELAY)
        log.error("%s broke down; it is loaded again in %g s", self.key.path, self._delay)
        self.model = None
        self._tasks.start(model.close(), "free a model that died")
        self.start()
        self._changed()

    async def _load_now(self) -> None:
        await asyncio.sleep(self._delay)
        self.error = None
        try:
            self.model = await self._load(self.key, self._progressed)
        except LazyflowError as error:
            self.error = error
        except Exception:
            log.exception("loading %s", self.key.path)
            self.error = ModelUnusable(f"{self.key.path} could not be loaded", "the log has the details")
        self._loaded_at = time.monotonic()
        self._settled.set()
        self._changed()

    def _progressed(self, progress: LoadProgress) -> None:
        self.progress = progress
        self._changed()
