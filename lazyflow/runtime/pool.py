"""The models in memory, counted by who holds them: two nodes with one key share one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from lazyflow.engine.contract import Loader, ModelKey
from lazyflow.errors import LazyflowError, ModelUnusable
from lazyflow.runtime.shared_model import SharedModel
from lazyflow.runtime.tasks import Tasks


class Pool:
    """Loads what is acquired and not there yet; frees what nobody holds any more. `changed` hears of every change."""

    def __init__(self, load: Loader, changed: Callable[[], None]) -> None:
        self._load = load
        self._changed = changed
        self._tasks = Tasks()
        self._held: dict[ModelKey, tuple[SharedModel, int]] = {}
        self._failed: dict[ModelKey, LazyflowError] = {}

    def __contains__(self, key: ModelKey) -> bool:
        """Whether `key` is in memory, or on its way."""
        return key in self._held

    def acquire(self, key: ModelKey) -> SharedModel:
        """The model of `key`, which begins to load where it is new."""
        shared, count = self._held.get(key) or (SharedModel(key, self._load, self._tasks, self._changed), 0)
        self._held[key] = (shared, count + 1)
        if not count:
            shared.start()
        return shared

    def failure(self, key: ModelKey) -> LazyflowError | None:
        """Why the last load of `key` failed, held or not."""
        held = self._held.get(key)
        return held[0].error if held else self._failed.get(key)

    def forget(self, wanted: Iterable[ModelKey]) -> None:
        """Forget failures of models that are no longer wanted: if they are once more, they are tried once more."""
        self._failed = {key: self._failed[key] for key in wanted if key in self._failed}

    def try_again(self) -> None:
        """Forget every failure, and load again what somebody holds in vain."""
        self._failed.clear()
        for shared, _ in self._held.values():
            if shared.error is not None and not shared.loading:
                shared.start()

    async def release(self, shared: SharedModel) -> None:
        """Give one hold back; the last one frees the memory, which goes on if the caller is cancelled."""
        held, count = self._held.get(shared.key, (None, 0))
        if held is not shared:
            return
        if count > 1:
            self._held[shared.key] = (shared, count - 1)
            return
        del self._held[shared.key]
        if shared.error is not None:
            self._failed[shared.key] = shared.error
        await asyncio.shield(self._tasks.start(self._free(shared), "free a model"))

    async def close(self) -> None:
        """Free everything, whoever holds it, and wait until it is done."""
        models = [shared for shared, _ in self._held.values()]
        self._held.clear()
        for shared in models:
            await self._free(shared)
        await self._tasks.finish()

    async def _free(self, shared: SharedModel) -> None:
        await shared.close()
        shared.give_up(ModelUnusable(f"{shared.key.path} is no longer in use", "send the message again"))
