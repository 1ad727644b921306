"""The files that come along with imported conversations."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Mapping
from typing import Any

from lazyflow.messages import File
from lazyflow.store.files import Attachment, attachment_of
from lazyflow.store.importing.foreign import NewId
from lazyflow.store.values import Malformed, text
from lazyflow.uploads.pdf import SECONDS
from lazyflow.uploads.read import read_upload
from lazyflow.uploads.refused import UploadRefused

MOST_MB = 1000
"""The largest file that any app may take."""
ALL_SECONDS = 60.0
"""How long the PDFs of one import may take to be read, all together."""


class Luggage:
    """Takes files as they would be taken from a person, until the time is over. `left_out` counts the others."""

    def __init__(
        self, new_id: NewId, *, seconds: float = ALL_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.files: dict[str, File] = {}
        self.left_out = 0
        self._new_id = new_id
        self._clock = clock
        self._end = clock() + seconds

    def take(self, fields: Mapping[str, Any]) -> Attachment | None:
        """One file of an export, which is in it by its name alone where there was no room. Raises: `Malformed`."""
        file = self._read(fields)
        if file is None:
            self.left_out += 1
            return None
        id = self._new_id()  # noqa: A001 - its name
        self.files[id] = file
        return attachment_of(id, file)

    def _read(self, fields: Mapping[str, Any]) -> File | None:
        data = fields.get("data")
        if data is None:
            return None
        try:
            content = base64.b64decode(text(data), validate=True)
            seconds = min(SECONDS, self._end - self._clock())
            return read_upload(text(fields.get("name")), content, MOST_MB, seconds=seconds)
        except binascii.Error as error:
            raise Malformed("a file is damaged") from error
        except UploadRefused:
            return None
