"""The app's files as they are now: what they say, and the contents that nodes are made from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lazyflow.graph.content import Hashes, digest_of, hashes
from lazyflow.graph.load import Checked, Source, check
from lazyflow.graph.own_modules import own_files
from lazyflow.spec.app import AppSpec
from lazyflow.spec.environment import parse_environment
from lazyflow.spec.nodes import OnlineSpec, PythonSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at the files gave. `environment` is with the `.env` file's, `sources` are the app's Python files.

    `contents` as in `Snapshot`; `seen` are all files that matter, no newer than what was read.
    """

    checked: Checked
    environment: Mapping[str, str]
    sources: Mapping[Path, bytes]
    contents: Mapping[str, str]
    seen: Hashes


def read_app(source: Source) -> Reading:
    """Read and check everything. Raises: `Unreadable` where a file cannot be read."""
    before = hashes(source.files)
    checked = check(source)
    seen = {**hashes(checked.sources), **before}
    if checked.app is None:
        return Reading(checked=checked, environment={}, sources={}, contents={}, seen=seen)
    environment = _environment(source, checked.app.folder, checked.texts)
    own = own_sources(checked.app)
    sources = {path: source for files in own.values() for path, source in files.items()}
    seen = {**seen, **{path: digest_of(source) for path, source in sources.items()}}
    contents = _contents(checked.app, environment, own)
    return Reading(checked=checked, environment=environment, sources=sources, contents=contents, seen=seen)


def own_sources(app: AppSpec) -> Mapping[str, Mapping[Path, bytes]]:
    """For each python node whose callable stands in a file: that file, and those of the app that it imports."""
    found = {}
    for name, spec in app.callables.items():
        if isinstance(spec, PythonSpec) and (place := spec.call.rpartition(":")[0]).endswith(".py"):
            found[name] = own_files(Path(os.path.normpath(app.folder / place)), app.folder)
    return found


def _environment(source: Source, folder: Path, texts: Mapping[str, str]) -> Mapping[str, str]:
    text = texts.get(str(source.env_file or folder / ".env"))
    found, _ = parse_environment(text, "") if text is not None else ({}, ())
    return {**found, **source.environment}


def _contents(app: AppSpec, environment: Mapping[str, str], own: Mapping[str, Mapping[Path, bytes]]) -> dict[str, str]:
    found = {name: _hash(repr(sorted(files.items()))) for name, files in own.items()}
    online = [name for name, spec in app.callables.items() if isinstance(spec, OnlineSpec)]
    return {**found, **dict.fromkeys(online, _hash(repr(sorted(environment.items()))))}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
