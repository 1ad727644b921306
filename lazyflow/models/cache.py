"""The Hugging Face cache on disk, read without its library: where it is, and what lies in it.

The layout is huggingface_hub's: `models--owner--repo/{refs/<revision>, snapshots/<commit>/<file>, blobs/<etag>}`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from lazyflow.models.found import Found, Remote
from lazyflow.models.quants import choose, is_model
from lazyflow.models.shards import siblings

ORIGIN = "Hugging Face cache"
_COMMIT = re.compile(r"[0-9a-f]{40}")


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where huggingface_hub keeps its downloads: HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME as it reads them."""
    home = Path(environment.get("HOME") or Path.home())
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if environment.get(variable):
            return _expand(environment[variable], home)
    if environment.get("HF_HOME"):
        return _expand(environment["HF_HOME"], home) / "hub"
    if environment.get("XDG_CACHE_HOME"):
        return _expand(environment["XDG_CACHE_HOME"], home) / "huggingface" / "hub"
    return home / ".cache" / "huggingface" / "hub"


def repo_folder(cache: Path, repo: str) -> Path:
    """Where the cache keeps a repo."""
    return cache / f"models--{repo.replace('/', '--')}"


def cached(cache: Path, remote: Remote) -> Found | str:
    """The model in the cache, all its shards, or what stands there instead in a few words."""
    folder = repo_folder(cache, remote.repo)
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir() raises for names that no system takes
        return "not there"
    commit = _commit(folder, remote.revision)
    if commit is None:
        return f"there, but not at revision '{remote.revision}'"
    snapshot = folder / "snapshots" / commit
    files = _files(snapshot)
    if remote.file:
        names = siblings(remote.file)
        missing = [name for name in names if name not in files]
        if missing:
            return f"no {remote.file}" if len(names) == 1 else f"{len(missing)} of {len(names)} shards are missing"
    else:
        chosen = choose(files, remote.quant)
        if chosen is None:
            return f"no {remote.quant or 'complete GGUF'}" + (f", only {', '.join(sorted(files))}" if files else "")
        names = chosen.files
    paths = tuple(snapshot / name for name in names)
    return Found(paths[0], paths, ORIGIN)


def _commit(folder: Path, revision: str) -> str | None:
    if _COMMIT.fullmatch(revision):
        return revision if (folder / "snapshots" / revision).is_dir() else None
    try:
        commit = (folder / "refs" / revision).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return commit if _COMMIT.fullmatch(commit) and (folder / "snapshots" / commit).is_dir() else None


def _files(snapshot: Path) -> frozenset[str]:
    return frozenset(
        path.relative_to(snapshot).as_posix()
        for base, _, names in os.walk(snapshot)
        for path in (Path(base) / name for name in names)
        if is_model(path.name) and path.is_file()
    )


def _expand(text: str, home: Path) -> Path:
    text = os.path.expandvars(text)
    return home / text[2:] if text.startswith("~/") else Path(text)
