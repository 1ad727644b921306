from __future__ import annotations

import io
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from lazyflow.uploads.pdf import LARGEST_STREAM, pdf_text
from lazyflow.uploads.refused import UploadRefused
from tests.uploads.pdfs import pdf, written

# The end of a file's time that meets a collection of garbage is lost and comes again.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def reason(data: bytes, longest: int = 1000, **bounds: object) -> str:
    with pytest.raises(UploadRefused) as caught:
        pdf_text("a.pdf", data, longest, **bounds)  # type: ignore[arg-type] # a test's own bounds
    return caught.value.reason


def locked(password: str) -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf("secret"))))
    writer.encrypt(password, algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_pages_are_parted_and_empty_ones_left_out() -> None:
    assert pdf_text("a.pdf", pdf("One", "", "Three"), 1000) == "One\n\nThree"


def test_a_locked_pdf_is_told_from_one_that_any_reader_opens() -> None:
    assert reason(locked("pass")) == "locked"
    assert pdf_text("a.pdf", locked(""), 1000) == "secret"


def test_pictures_of_pages_have_no_text() -> None:
    assert reason(pdf("")) == "scan"


def test_pages_and_text_have_an_end() -> None:
    assert reason(pdf(*"abcd"), pages=3) == "pages"
    assert reason(pdf("x" * 60, "x" * 60), longest=100) == "long"


def drawn(commands: bytes) -> bytes:
    """A page of commands, compressed."""
    packed = zlib.compress(commands)
    return written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /Font << >> >> /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        ]
    )


@pytest.mark.parametrize(
    "endless",
    [b"BT /F1 12 Tf " + b"(x) Tj " * 2_000_000 + b"ET", b"q " * 10_000_000, b"BI ID " + b"E" * 30_000_000],
    ids=["text", "state", "picture"],
)
def test_one_endless_page_ends_when_its_time_is_over(endless: bytes) -> None:
    assert reason(drawn(endless), 10**9, seconds=0.05) == "slow"


def test_forms_that_multiply_end_when_their_time_is_over_though_pypdf_forgives_what_goes_wrong_in_them() -> None:
    forms = [
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A %d 0 R >> >> /Length 12 >>\n"
        b"stream\n/A Do /A Do \nendstream" % (number + 1)
        for number in range(4, 34)
    ]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /A 4 0 R >> >> /Contents 34 0 R >>",
    ]
    assert reason(written([*objects, *forms, b"<< /Length 6 >>\nstream\n/A Do \nendstream"]), seconds=0.2) == "slow"


def test_a_stream_that_unfolds_without_end_is_not_unfolded() -> None:
    bomb = zlib.compress(b" " * (LARGEST_STREAM + 1))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(bomb), bomb),
    ]
    assert reason(written(objects)) in {"damaged", "scan"}


@pytest.mark.parametrize("data", [b"%PDF-1.4", b"%PDF-1.4\n" + b"[" * 100_000, pdf("x")[:200], b"%PDF-1.4\nxref\n"])
def test_a_damaged_pdf_is_refused_and_raises_nothing_else(data: bytes) -> None:
    assert reason(data) in {"damaged", "scan"}
