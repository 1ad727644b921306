"""One app and who still uses it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager

from lazyflow.runtime.app import App
from lazyflow.runtime.claiming import keys
from lazyflow.runtime.plan import Snapshot
from lazyflow.runtime.reading import Reading

log = logging.getLogger(__name__)


class Generation:
    """An app with its number (from 1), what it was made of, and the leases of its running turns."""

    def __init__(self, number: int, app: App, reading: Reading) -> None:
        self.number = number
        self.app = app
        self.seen = reading.seen
        self._contents = reading.contents
        self._leases = 0
        self._free = asyncio.Event()
        self._free.set()

    def snapshot(self) -> Snapshot:
        """What decides how it runs, as it is known now."""
        return Snapshot(graph=self.app.graph, keys=keys(self.app.claims), contents=self._contents)

    @contextmanager
    def lease(self) -> Generator[App, None, None]:
        """The app, kept open until the context ends."""
        self._leases += 1
        self._free.clear()
        try:
            yield self.app
        finally:
            self._leases -= 1
            if not self._leases:
                self._free.set()

    @property
    def leased(self) -> bool:
        """Whether anybody holds a lease."""
        return bool(self._leases)

    async def free(self) -> None:
        """Wait until nobody holds a lease."""
        await self._free.wait()

    async def retire(self, limit: float) -> None:
        """Close the app after its last lease, after `limit` seconds, or when it is cancelled."""
        if self._leases:
            log.info("generation %d: replies still running: %d; they have %g s", self.number, self._leases, limit)
        try:
            await asyncio.wait_for(self.free(), limit)
        except asyncio.TimeoutError:
            log.warning("generation %d: closed after %g s; replies still running: %d", self.number, limit, self._leases)
        finally:
            await self.app.close()
