"""The first phase: bytes to text, or the problem that stands in the way."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from pathlib import Path

from lazyflow.errors import Problem, Unreadable
from lazyflow.spec.tree import Span

LARGEST_FILE = 1 << 20
FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]")


def read(path: Path) -> bytes:
    """The file's first bytes, one more than may be. Raises: `Unreadable`."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise Unreadable(f"{path} does not exist", "check the path") from None
    except IsADirectoryError:
        raise Unreadable(f"{path} is a folder", f"name the file: {path / 'app.yaml'}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(f"{path} cannot be read: {reason}", "check the file and its permissions") from None


def decode(data: bytes, file: str) -> str | Problem:
    """The text of a YAML file in UTF-8, without a byte order mark, or what is wrong with it."""
    if len(data) > LARGEST_FILE:
        return Span(file, 1, 1, 1, 1).problem(
            "LF010", "the file is larger than 1 MiB", help="an app is a page or two of YAML: is this the right file?"
        )
    try:
        data = data.removeprefix(BOM_UTF8)
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = position(data[: error.start].decode("utf-8"))
        return Span(file, line, column, line, column + 1).problem(
            "LF001",
            f"the file is not UTF-8: byte 0x{data[error.start]:02X} cannot be read",
            help="save the file as UTF-8",
        )
    return forbidden(text, file) or text


def forbidden(text: str, file: str) -> Problem | None:
    """The first character that YAML does not allow in a file."""
    found = FORBIDDEN.search(text)
    if found is None:
        return None
    line, column = position(text[: found.start()])
    return Span(file, line, column, line, column + 1).problem(
        "LF001",
        f"the control character U+{ord(found.group()):04X} may not stand in a YAML file",
        help=f'remove it, or write "\\u{ord(found.group()):04x}" in double quotes',
    )


def position(before: str) -> tuple[int, int]:
    """Line and column of what follows `before`; lines end with LF, CR LF or CR."""
    lines = re.split("\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1
