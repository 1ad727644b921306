"""Brings the conversations of an export to a person's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from lazyflow.errors import LazyflowError
from lazyflow.nodes.threads import Threads
from lazyflow.store.conversations import Conversations, StoreUnavailable
from lazyflow.store.importing.read import Imported, read_export

AT_ONCE = 2
"""Exports that are read at the same time: each may take a core for a minute."""


class Bringing:
    """Reads exports off the event loop and keeps what is in them. A person may have `most` bytes of files."""

    def __init__(self, kept: Conversations, most: Callable[[], float]) -> None:
        self._kept = kept
        self._most = most
        self._threads = Threads()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def bring(self, person: str, content: bytes) -> Imported:
        """Keep the conversations. Raises: `ImportRefused`, `UploadRefused` for want of room, `StoreUnavailable`."""
        # As with a single file, a thread that hangs in spite of all bounds keeps its turn.
        async with self._turn:
            imported = await self._threads.run(lambda: read_export(content, person))
        await self._keep_files(person, imported)
        for summary, conversation in imported.conversations:
            await self._kept.add(conversation, summary)
        return imported

    async def _keep_files(self, person: str, imported: Imported) -> None:
        done: list[str] = []
        try:
            for id, file in imported.files.items():  # noqa: A001 - its name
                await self._kept.keep_file(person, id, file, self._most())
                done.append(id)
        except LazyflowError:
            # Without its conversation none of them is of use.
            with suppress(StoreUnavailable):
                for id in done:  # noqa: A001 - its name
                    await self._kept.drop_file(person, id)
            raise
