"""What a person attached to messages, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from lazyflow.messages import File, FileKind, kind_of

UNSENT_SECONDS = 24 * 3600.0
"""How long a file is kept that no message has; a deleted message may still come back with its own."""
WAY_SECONDS = 60.0
"""How long the files of a deleted message make no room for others: the page offers to undo that for ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that is kept, without its content; `size` is bytes."""

    id: str
    name: str
    media_type: str
    size: int

    @property
    def kind(self) -> FileKind:
        """What a node must take to take it."""
        return kind_of(self.media_type)


def attachment_of(id: str, file: File) -> Attachment:  # noqa: A002 - its name
    """The file without its content."""
    return Attachment(id=id, name=file.name, media_type=file.media_type, size=len(file.data))


class Files(Protocol):
    """Keeps files, each for one person: nobody reads another's. They go for good with the last message that has them.

    Every method raises `StoreUnavailable` where the store cannot be reached.
    """

    async def keep_file(self, person: str, id: str, file: File, most: float = inf) -> None:  # noqa: A002 - its name
        """Keep a file that no message has yet; without one it is forgotten a day later.

        The person's files may have `most` bytes together, each content counted once. Where they would have more, those
        of messages that were deleted go first: what is brought back later comes without them.
        Raises: `UploadRefused` where there is no room even so.
        """

    async def attachments(self, person: str, ids: Sequence[str]) -> tuple[Attachment, ...]:
        """Those of the files that are this person's and still there, in the order of `ids`."""

    async def files(self, person: str, ids: Sequence[str]) -> Mapping[str, File]:
        """The same with their contents, by id."""

    async def drop_file(self, person: str, id: str) -> None:  # noqa: A002 - its name
        """Forget a file, unless a message has it."""
