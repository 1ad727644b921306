from __future__ import annotations

import pytest

from lazyflow.messages import File
from lazyflow.uploads.read import MB, read_upload
from lazyflow.uploads.refused import SENTENCES, UploadRefused
from tests.uploads.pdfs import pdf

PNG = b"\x89PNG\r\n\x1a\n..."


def refusal(name: str, data: bytes, most_mb: float = 1, longest: int = 1000) -> UploadRefused:
    with pytest.raises(UploadRefused) as caught:
        read_upload(name, data, most_mb, longest)
    return caught.value


def test_text_is_kept_as_it_is_beside_what_models_read() -> None:
    data = b"\xef\xbb\xbfa,b\r\n1,2"
    assert read_upload("t.csv", data, 1) == File("t.csv", "text/csv", data, "a,b\r\n1,2")


def test_a_picture_is_what_its_bytes_say_whatever_it_is_called() -> None:
    assert read_upload("notes.txt", PNG, 1) == File("notes.txt", "image/png", PNG)


def test_the_text_of_a_pdf_is_read() -> None:
    assert read_upload("a.pdf", pdf("Hello", "World"), 1).text == "Hello\n\nWorld"


def test_markup_under_a_pictures_name_is_text() -> None:
    assert read_upload("a.png", b"<script>alert(1)</script>", 1).media_type == "text/plain"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"x" * (MB + 1), "large"),
        (b"x" * 1001, "long"),
        (b"PK\x03\x04\x00", "unknown"),
        (b"%PDF-1.4 cut off", "damaged"),
    ],
)
def test_what_is_not_taken_is_refused_for_a_reason(data: bytes, reason: str) -> None:
    refused = refusal("a", data)
    assert refused.reason == reason
    assert refused.message.startswith(("a ", "Reading a"))
    assert refused.help


def test_a_limit_is_told_as_people_write_it() -> None:
    assert refusal("a.txt", b"x" * (MB + 1)).message == "a.txt is larger than 1 MB."
    assert refusal("a.txt", b"x" * MB, 0.5).message == "a.txt is larger than 0.5 MB."
    assert refusal("a.txt", b"x" * 20, longest=10).message == "a.txt holds more than 10 characters of text."


def test_every_sentence_can_be_filled_in() -> None:
    for reason in SENTENCES:
        assert "a.txt" in UploadRefused(reason, "a.txt", 3).message
