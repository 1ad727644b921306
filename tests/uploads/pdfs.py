"""Small PDFs, written out so that no test needs a program that makes them."""

from __future__ import annotations

from collections.abc import Sequence


def pdf(*pages: str, contents: Sequence[bytes] = ()) -> bytes:
    """A PDF with these lines of text, one a page; `contents` are pages of raw drawing commands."""
    drawn = [f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode() for text in pages] + list(contents)
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(drawn)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(drawn)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, commands in enumerate(drawn):
        page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"{page} /Contents {5 + 2 * at} 0 R >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(commands), commands))
    return written(objects)


def written(objects: Sequence[bytes]) -> bytes:
    """The objects as a file, numbered from 1; the first is the catalogue."""
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(made)
