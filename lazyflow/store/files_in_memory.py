"""Files in this process's memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf

from lazyflow.messages import File
from lazyflow.store.files import UNSENT_SECONDS, WAY_SECONDS, Attachment, attachment_of
from lazyflow.uploads.read import MB
from lazyflow.uploads.refused import UploadRefused

Key = tuple[str, str]


class FilesInMemory:
    """Implements `Files`. `sent` and `forget` tell it which files messages have, and it asks for the `deleted` ones."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._files: dict[Key, File] = {}
        self._unsent: dict[Key, float] = {}

    async def keep_file(self, person: str, id: str, file: File, most: float = inf) -> None:  # noqa: A002 - its name
        """Keep a file that no message has yet, and forget those that never got one. Raises: `UploadRefused`."""
        now = self._clock()
        for key, since in tuple(self._unsent.items()):
            if since < now - UNSENT_SECONDS:
                self._drop(key)
        if self._with(person, file) > most:
            self.forget(person, self.deleted(person, now - WAY_SECONDS))
            if self._with(person, file) > most:
                raise UploadRefused("full", file.name, most / MB)
        self._files[(person, id)] = file
        self._unsent[(person, id)] = now

    async def attachments(self, person: str, ids: Sequence[str]) -> tuple[Attachment, ...]:
        """Those that are there, in the order of `ids`."""
        found = await self.files(person, ids)
        return tuple(attachment_of(id, found[id]) for id in dict.fromkeys(ids) if id in found)  # noqa: A001 - its name

    async def files(self, person: str, ids: Sequence[str]) -> Mapping[str, File]:
        """The same with their contents."""
        return {id: self._files[(person, id)] for id in ids if (person, id) in self._files}  # noqa: A001 - its name

    async def drop_file(self, person: str, id: str) -> None:  # noqa: A002 - its name
        """Forget a file, unless a message has it."""
        if (person, id) in self._unsent:
            self._drop((person, id))

    def deleted(self, person: str, before: float) -> Iterable[Attachment]:  # noqa: ARG002 - no messages are known here
        """The files that only messages have which the person deleted `before` this moment."""
        return ()

    def sent(self, person: str, files: Iterable[Attachment]) -> None:
        """A message has these files."""
        for one in files:
            self._unsent.pop((person, one.id), None)

    def forget(self, person: str, files: Iterable[Attachment]) -> None:
        """The messages that had these files are gone for good."""
        for one in files:
            self._drop((person, one.id))

    def _with(self, person: str, file: File) -> int:
        """The bytes of the person's files and of one more, each content counted once."""
        return sum(map(len, {file.data, *(kept.data for (owner, _), kept in self._files.items() if owner == person)}))

    def _drop(self, key: Key) -> None:
        self._files.pop(key, None)
        self._unsent.pop(key, None)
