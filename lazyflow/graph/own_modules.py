"""The app's own Python files: which of them an import means, and all that a file imports; read, never run.

Found as Python finds the modules of a script: in the folder where the importing file's packages begin, then in the
app's folder, before anything that is installed.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from lazyflow.graph.callables import MOST_SOURCE, find_module
from lazyflow.graph.content import read_bytes

Import = tuple[int, str, bool]
"""How many dots an import begins with, the dotted name after them, and whether that must be a module."""


def own_files(file: Path, folder: Path) -> Mapping[Path, bytes]:
    """What stands in `file` and in every file of the app that it imports, by way of others too.

    A module that is found nowhere counts as the file of the app that it would be.
    """
    found: dict[Path, bytes] = {}
    left = MOST_SOURCE
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        source = found[path] = read_bytes(path)
        left -= len(source)
        if left >= 0:
            for one in imports(source):
                waiting += files_of(one, path, folder)
    return found


@lru_cache(maxsize=64)
def imports(source: bytes) -> tuple[Import, ...]:
    """Every import of Python source, wherever it stands; none where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(dict.fromkeys(_imports(tree)))


def _imports(tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from ((0, alias.name, True) for alias in node.names)
            case ast.ImportFrom():
                base = node.module or ""
                yield node.level, base, True
                yield from ((node.level, f"{base}.{alias.name}".lstrip("."), False) for alias in node.names)


def files_of(wanted: Import, file: Path, folder: Path) -> Iterator[Path]:
    """The files of the app that an import in `file` runs: packages, then the module."""
    level, name, module = wanted
    parts = name.split(".") if name else []
    if level:
        place: Path | None = file.parents[level - 1] if level <= len(file.parents) else None
    else:
        place = home(parts[0], file, folder)
        if place is None and not known_elsewhere(parts[0]):
            yield folder / f"{parts[0]}.py"
    if place is None or not place.is_relative_to(folder):
        return
    if level and (place / "__init__.py").is_file():
        yield place / "__init__.py"
    for part in parts:
        place /= part
        source = source_at(place)
        if source is not None:
            yield source
    if module and parts and source_at(place) is None and not place.is_dir():
        yield place.parent / f"{place.name}.py"


def home(top: str, file: Path, folder: Path) -> Path | None:
    """The folder of the app in which `file` finds the module `top`; None where it is none of the app's."""
    start = file.parent
    while start != folder and start.is_relative_to(folder) and (start / "__init__.py").is_file():
        start = start.parent
    for place in dict.fromkeys((start, folder)):
        source = source_at(place / top)
        if source is not None and source != file:
            return place
        if source is None and (place / top).is_dir() and not known_elsewhere(top):
            return place
    return None


def source_at(place: Path) -> Path | None:
    """The file of the module at a path without ending: a package's `__init__.py` comes first."""
    for file in (place / "__init__.py", place.parent / f"{place.name}.py"):
        if file.is_file():
            return file
    return None


def known_elsewhere(top: str) -> bool:
    """Whether a module is Python's own or installed."""
    return top in sys.modules or top in sys.stdlib_module_names or find_module([top]) is not None
