"""What a person names on the command line → the files to read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from lazyflow.errors import Unreadable

NAME = "app.yaml"
STDIN = "-"
SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})
WILD = frozenset("*?[")


def app_files(name: str) -> list[Path]:
    """The app files that `name` stands for: a file, a folder's app.yaml files however deep, or a glob (`**` too).

    Raises: `Unreadable` where nothing is there.
    """
    path = Path(name)
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for names that no system takes
        found = sorted(below(path))
        if not found:
            raise Unreadable(f"there is no {NAME} in {path} or below it", f"'lazyflow init {path}' makes one")
        return found
    if WILD & set(name) and not os.path.lexists(path):
        return globbed(name)
    return [path]


def below(folder: Path) -> Iterator[Path]:
    """Every app.yaml in a folder's tree; hidden folders and those of installed packages are passed over."""
    for base, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".") and one not in SKIPPED]
        if NAME in files:
            yield Path(base) / NAME


def globbed(pattern: str) -> list[Path]:
    """The files that a glob matches; a folder that it matches stands for its apps."""
    from glob import glob  # noqa: PLC0415 - few command lines have one: shells expand them

    matches = sorted(glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob refuses absolute patterns
    files = [file for match in matches for file in (below(Path(match)) if os.path.isdir(match) else [Path(match)])]  # noqa: PTH112 - as above
    if not files:
        raise Unreadable(f"no file matches {pattern}", "put the pattern in quotes, or check it")
    return sorted(dict.fromkeys(files))


def one_app(name: str) -> Path:
    """The one app file that `name` stands for: a file, or the app.yaml of a folder."""
    path = Path(name)
    return path / NAME if os.path.isdir(path) else path  # noqa: PTH112 - as above
