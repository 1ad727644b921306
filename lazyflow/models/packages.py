"""Models that Python packages carry, found without importing the package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from lazyflow.models.catalogue import Package


def package_file(package: Package) -> Path | None:
    """The model's file in the installed package, or None where package or file is not there."""
    try:
        spec = find_spec(package.module)
    except (ImportError, ValueError):
        return None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / package.file
        if path.is_file():
            return path
    return None
