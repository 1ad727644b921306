"""One local node's hold on its model: found, fetched where it must be, then acquired from the pool."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Protocol

from lazyflow.engine.contract import LoadedModel, ModelKey
from lazyflow.errors import LazyflowError, ModelNotFound, ModelUnusable
from lazyflow.runtime.contract import NodeStatus
from lazyflow.runtime.pool import Pool
from lazyflow.runtime.shared_model import SharedModel
from lazyflow.spec.nodes import LocalSpec

log = logging.getLogger(__name__)

OWNING = tuple(field.name for field in fields(ModelKey) if field.name not in {"path", "identity"})
STAGES = {"finding": "finding", "fetching": "fetching", "reading": "loading", "starting": "starting"}


def wanted(spec: LocalSpec, folder: Path) -> Hashable:
    """What a node asks for: two that ask for the same have the same model."""
    return (folder, spec.model, spec.revision, *(getattr(spec, name) for name in OWNING))


class Located(Protocol):
    """A model's file on this disk."""

    @property
    def path(self) -> Path:
        """The file, or its first shard."""

    @property
    def identity(self) -> tuple[tuple[int, int, int], ...]:
        """As in `ModelKey`."""


class Locate(Protocol):
    """From a model's name to its file: the seam between runtime, file system and network."""

    async def __call__(
        self, name: str, *, folder: Path, revision: str, on_progress: Callable[[int, int], None]
    ) -> Located:
        """Find it, fetching where needed; `on_progress` hears (bytes done, bytes in all).

        Raises: `LazyflowError`.
        """


class Claim:
    """Implements `ModelSource`. `changed` is called whenever its state does."""

    def __init__(self, spec: LocalSpec, folder: Path, locate: Locate, pool: Pool, changed: Callable[[], None]) -> None:
        self.wanted = wanted(spec, folder)
        self.key: ModelKey | None = None
        self.shared: SharedModel | None = None
        self.error: LazyflowError | None = None
        self._spec = spec
        self._folder = folder
        self._locate = locate
        self._pool = pool
        self._changed = changed
        self._fetched: float | None = None
        self._holders = 1
        self._acquired = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Find and load in the background."""
        self._work = asyncio.create_task(self._start(), name=f"model of {self._spec.name}")

    async def locate(self) -> ModelKey:
        """Find the model's file. Raises: `LazyflowError`."""
        try:
            found = await self._locate(
                self._spec.model, folder=self._folder, revision=self._spec.revision, on_progress=self._progressed
            )
        except LazyflowError:
            raise
        except Exception as error:
            log.exception("finding the model of node '%s'", self._spec.name)
            unclear = f"the model '{self._spec.model}' could not be found"
            raise ModelNotFound(unclear, "the log has the details") from error
        owning = {name: getattr(self._spec, name) for name in OWNING}
        self.key = ModelKey(path=found.path, identity=found.identity, **owning)
        return self.key

    def acquire(self) -> SharedModel:
        """Hold the model of the file that was found."""
        assert self.key is not None  # noqa: S101 - located before
        self.shared = self._pool.acquire(self.key)
        self._acquired.set()
        return self.shared

    def fail(self, error: LazyflowError) -> None:
        """There is no model to hold."""
        self.error = error
        self._acquired.set()

    @property
    def looking(self) -> bool:
        """Whether the file is still looked for in the background."""
        return self._work is not None and not self._work.done() and self.key is None

    @property
    def identity(self) -> Hashable:
        """What tells this model from others: its key, or how it is named as long as no file was found."""
        return self.key or self.wanted

    async def settled(self) -> None:
        """Wait until the model is in memory. Raises: `LazyflowError`."""
        await self._acquired.wait()
        if self.shared is None:
            raise self.error or ModelUnusable("the model is no longer in use")
        await self.shared.settled()

    def share(self) -> Claim:
        """The same claim for one more holder."""
        self._holders += 1
        return self

    async def release(self) -> None:
        """Give one hold back; the last one lets the model go."""
        self._holders -= 1
        if self._holders:
            return
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait([self._work])
        shared, self.shared = self.shared, None
        self.fail(self.error or ModelUnusable("the model is no longer in use", "send the message again"))
        if shared is not None:
            await self._pool.release(shared)

    @property
    def waiting(self) -> str:
        """Why `use` would wait now; empty when it would not."""
        status = self.status()
        if status.state != "loading":
            return ""
        part = f" ({status.fraction:.0%})" if status.fraction else ""
        return f"{STAGES.get(status.stage, status.stage)} the model{part}"

    @asynccontextmanager
    async def use(self) -> AsyncGenerator[LoadedModel, None]:
        """See `ModelSource.use`."""
        await self._acquired.wait()
        if self.shared is None:
            raise self.error or ModelUnusable("the model is no longer in use")
        async with self.shared.use() as model:
            yield model

    def status(self) -> NodeStatus:
        """How far the model is."""
        shared = self.shared
        error = self.error if shared is None else shared.error
        if shared is None and error is None:
            stage = "finding" if self._fetched is None else "fetching"
            return NodeStatus(state="loading", stage=stage, fraction=self._fetched or 0.0)
        if shared is not None and shared.loading:
            return NodeStatus(state="loading", stage=shared.progress.stage, fraction=shared.progress.fraction)
        if error is not None:
            return NodeStatus(state="failed", message=error.message, help=error.help)
        return NodeStatus(state="ready", fraction=1.0, model=shared.model.info if shared and shared.model else None)

    async def _start(self) -> None:
        try:
            await self.locate()
            self.acquire()
        except LazyflowError as error:
            self.fail(error)
        self._changed()

    def _progressed(self, done: int, total: int) -> None:
        self._fetched = done / total if total else 0.0
        self._changed()
