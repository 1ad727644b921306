from __future__ import annotations

import pytest

from lazyflow.uploads.kind import LONGEST_NAME, decoded, is_pdf, picture_type, plain_name, text_type


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"<svg onload=alert(1)>", None),
        (b"", None),
    ],
)
def test_a_picture_is_told_by_its_first_bytes(data: bytes, kind: str | None) -> None:
    assert picture_type(data) == kind


def test_a_pdf_begins_with_its_mark_and_a_text_about_one_does_not() -> None:
    assert is_pdf(b"%PDF-1.7 ...")
    assert is_pdf(b"\xef\xbb\xbf\n%PDF-1.7 ...")
    assert not is_pdf(b"The mark %PDF- begins a PDF.")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("größe".encode(), "größe"),
        (b"\xef\xbb\xbfa,b", "a,b"),
        ("企鹅".encode("utf-16"), "企鹅"),
        (b"\x1b[31mred\x1b[0m\tlog\r\n", "\x1b[31mred\x1b[0m\tlog\r\n"),
        ("größe".encode("latin-1"), None),
        (b"MZ\x00\x01", None),
        (b"\xff\xfea", None),
    ],
)
def test_text_is_what_decodes_to_text(data: bytes, text: str | None) -> None:
    assert decoded(data) == text


def test_no_text_has_a_type_that_a_browser_would_run() -> None:
    assert [text_type(name) for name in ("a.html", "a.svg", "a.js", "a", ".csv", "A.CSV", "a.md")] == [
        "text/plain", "text/plain", "text/plain", "text/plain", "text/csv", "text/csv", "text/markdown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\notes.txt", "notes.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie: x=1.txt"),
        ("photo\u202egpj.exe", "photo gpj.exe"),
        ("\0\u200b \u2028", "file"),
        ("", "file"),
        ("企鹅 größe.csv", "企鹅 größe.csv"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
    ],
)
def test_a_name_becomes_one_visible_line_without_folders(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize("name", ["x" * 500, "x" * 500 + ".csv", "a." + "x" * 500])
def test_a_long_name_is_cut_and_keeps_its_ending(name: str) -> None:
    assert len(plain_name(name)) <= LONGEST_NAME
    assert plain_name(name).endswith(name[-4:])
