"""The text of a PDF, within bounds: whoever made the file may mean ill."""

from __future__ import annotations

import io

from lazyflow.errors import MissingExtra
from lazyflow.uploads.deadline import TooLate, within
from lazyflow.uploads.refused import UploadRefused

MOST_PAGES = 500
SECONDS = 20.0
LARGEST_STREAM = 32 << 20
"""Bytes that one stream of the file may unfold to."""
BOUNDS = (
    "array_based_stream_maximum_output_length",
    "lzw_maximum_output_length",
    "run_length_maximum_output_length",
    "zlib_maximum_output_length",
    "brotli_maximum_output_length",
    "stream_decoding_work_maximum_length",
)


def pdf_text(name: str, data: bytes, longest: int, *, pages: int = MOST_PAGES, seconds: float = SECONDS) -> str:
    """The text of all pages, an empty line between them; blocks for up to `seconds`.

    Raises: `UploadRefused`, `MissingExtra`.
    """
    try:
        import pypdf  # noqa: PLC0415 - of the extra `web`, and used here only
    except ImportError as error:
        raise MissingExtra("pypdf", "web") from error
    limits = pypdf.Configuration(jbig2dec_binary=None).with_overwrites(**dict.fromkeys(BOUNDS, LARGEST_STREAM))
    try:
        # The text of one page, and even the first look at a file, may take longer than all the rest should.
        with pypdf.apply_configuration(limits):
            found = within(seconds, lambda: read(name, data, pages, longest))
    except UploadRefused:
        raise
    except TooLate:
        raise UploadRefused("slow", name) from None
    except (pypdf.errors.FileNotDecryptedError, pypdf.errors.DependencyError):
        raise UploadRefused("locked", name) from None
    except Exception as error:  # pypdf raises whatever a damaged file leads it to
        raise UploadRefused("damaged", name) from error
    return found


def read(name: str, data: bytes, most: int, longest: int) -> str:
    """The text. Raises: `UploadRefused`, and whatever pypdf raises."""
    from pypdf import PdfReader  # noqa: PLC0415 - as above

    reader = PdfReader(io.BytesIO(data))
    if len(reader.pages) > most:
        raise UploadRefused("pages", name, most)
    found: list[str] = []
    for page in reader.pages:
        found.append(page.extract_text().strip())
        longest -= len(found[-1])
        if longest < 0:
            raise UploadRefused("long", name, longest + sum(map(len, found)))
    text = "\n\n".join(page for page in found if page)
    if not text:
        raise UploadRefused("scan", name)
    return text
