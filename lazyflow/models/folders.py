"""A path on disk → the model that lies there, or what stands there instead."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from lazyflow.errors import ModelNotFound, ModelUnusable
from lazyflow.models.found import Found
from lazyflow.models.quants import choose, is_model
from lazyflow.models.shards import Shards, group, place, siblings


def at_path(path: Path, origin: str, quant: str = "") -> Found:
    """The model at `path`: a file, or the one GGUF of a folder (the one of `quant` where named).

    Raises: `ModelNotFound` saying what is there instead, `ModelUnusable` for a split model that is not whole.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        gone = "is a link to a file that does not exist" if path.is_symlink() else "does not exist"
        raise ModelNotFound(f"{path} {gone}") from None
    except (OSError, ValueError) as error:
        raise ModelNotFound(f"{path} cannot be read: {_reason(error)}") from None
    return _in_folder(path, origin, quant) if stat.S_ISDIR(mode) else _file(path, origin)


def gguf_files(folder: Path) -> tuple[str, ...]:
    """The names of the model files right in `folder`, sorted.

    Raises: `OSError` where the folder cannot be read.
    """
    return tuple(sorted(entry.name for entry in folder.iterdir() if is_model(entry.name) and entry.is_file()))


def _file(path: Path, origin: str) -> Found:
    spot = place(path.name)
    if spot and spot[0] > 1:
        raise ModelUnusable(f"{path} is shard {spot[0]} of {spot[1]}", f"name the first one: {siblings(path.name)[0]}")
    shards = tuple(path.with_name(name) for name in siblings(path.name))
    missing = [shard.name for shard in shards if not shard.exists()]
    if missing:
        raise _not_whole(path.parent, Shards((path.name,), tuple(missing)))
    for shard in shards:
        if not shard.is_file():
            raise ModelUnusable(f"{shard} is not a regular file", "name a .gguf file or a folder with one in it")
        if not os.access(shard, os.R_OK):
            raise ModelUnusable(f"{shard} cannot be read: permission denied", f"run: chmod u+r '{shard}'")
    return Found(path, shards, origin)


def _in_folder(folder: Path, origin: str, quant: str) -> Found:
    try:
        names = gguf_files(folder)
    except OSError as error:
        raise ModelNotFound(f"the folder {folder} cannot be read: {_reason(error)}") from None
    models = group(names)
    if not models:
        raise ModelNotFound(f"the folder {folder} holds no .gguf model")
    if quant:
        chosen = choose(names, quant)
        if chosen is None:
            raise ModelNotFound(f"the folder {folder} holds no {quant}, only: {_listing(models)}")
        return _file(folder / chosen.first, origin)
    if len(models) > 1:
        raise ModelUnusable(
            f"the folder {folder} holds {len(models)} models: {_listing(models)}",
            f"name the one you mean, such as {folder / models[0].first}",
        )
    if not models[0].complete:
        raise _not_whole(folder, models[0])
    return _file(folder / models[0].first, origin)


def _not_whole(folder: Path, shards: Shards) -> ModelUnusable:
    total = len(siblings(shards.first))
    missing = ", ".join(shards.missing[:4]) + (", ..." if len(shards.missing) > 4 else "")  # noqa: PLR2004 - a few names
    return ModelUnusable(
        f"{folder / shards.first} is split in {total} files and {len(shards.missing)} of them are missing: {missing}",
        "fetch the missing ones into the same folder",
    )


def _listing(models: tuple[Shards, ...]) -> str:
    names = [shards.first for shards in models]
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")  # noqa: PLR2004 - a few names


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
