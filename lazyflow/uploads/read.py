"""One attached file: what it is, and the text that models read of it."""

from __future__ import annotations

from lazyflow.messages import File
from lazyflow.uploads.kind import PDF, decoded, is_pdf, picture_type, plain_name, text_type
from lazyflow.uploads.pdf import SECONDS, pdf_text
from lazyflow.uploads.refused import UploadRefused

LONGEST_TEXT = 1_000_000
"""Characters: more than the context of any model of today takes."""
MB = 1_000_000


def read_upload(name: str, data: bytes, most_mb: float, longest: int = LONGEST_TEXT, seconds: float = SECONDS) -> File:
    """The file under a name that harms nobody; blocks while a PDF is read, for up to `seconds`.

    Raises: `UploadRefused`, and `MissingExtra` for a PDF.
    """
    name = plain_name(name)
    if not data:
        raise UploadRefused("empty", name)
    if len(data) > most_mb * MB:
        raise UploadRefused("large", name, most_mb)
    picture = picture_type(data)
    if picture is not None:
        return File(name, picture, data)
    if is_pdf(data):
        return File(name, PDF, data, pdf_text(name, data, longest, seconds=seconds))
    text = decoded(data)
    if text is None:
        raise UploadRefused("unknown", name)
    if not text.strip():
        raise UploadRefused("empty", name)
    if len(text) > longest:
        raise UploadRefused("long", name, longest)
    return File(name, text_type(name), data, text)
