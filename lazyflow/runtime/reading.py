"""The app's files as they are now: what they say, and the contents that nodes are made from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lazyflow.graph.load import Checked, Source, check
from lazyflow.runtime.content import Hashes, hashes
from lazyflow.spec.app import AppSpec
from lazyflow.spec.environment import parse_environment
from lazyflow.spec.nodes import LocalSpec, OnlineSpec, PythonSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at the files gave. `files` are the texts that nodes name, `environment` with the `.env` file's.

    `contents` as in `Snapshot`; `seen` are all files that matter, no newer than what was read.
    """

    checked: Checked
    environment: Mapping[str, str]
    files: Mapping[Path, str]
    contents: Mapping[str, str]
    seen: Hashes


def read_app(source: Source) -> Reading:
    """Read and check everything. Raises: `Unreadable` where a file cannot be read."""
    before = hashes(source.files)
    checked = check(source)
    seen = {**hashes(checked.sources), **before}
    if checked.app is None:
        return Reading(checked=checked, environment={}, files={}, contents={}, seen=seen)
    environment = _environment(source, checked.app.folder, checked.texts)
    files = _texts(checked.app)
    contents = _contents(checked.app, environment, files)
    return Reading(checked=checked, environment=environment, files=files, contents=contents, seen=seen)


def _environment(source: Source, folder: Path, texts: Mapping[str, str]) -> Mapping[str, str]:
    text = texts.get(str(source.env_file or folder / ".env"))
    found, _ = parse_environment(text, "") if text is not None else ({}, ())
    return {**found, **source.environment}


def _texts(app: AppSpec) -> dict[Path, str]:
    """The files that nodes name, where they exist; what else may be written there is no path."""
    paths = filter(None, (_file(app, name) for name in app.callables))
    return {path: text for path in paths if (text := _text(path)) is not None}


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace")
    except (OSError, ValueError):
        return None


def _file(app: AppSpec, name: str) -> Path | None:
    match app.callables[name]:
        case PythonSpec(call=call):
            place = call.rpartition(":")[0]
            return app.folder / place if place.endswith(".py") else None
        case LocalSpec(chat_template=str(written)) if "\n" not in written and "{" not in written:
            return app.folder / written
        case _:
            return None


def _contents(app: AppSpec, environment: Mapping[str, str], files: Mapping[Path, str]) -> dict[str, str]:
    found = {}
    for name, spec in app.callables.items():
        path = _file(app, name)
        if path is not None:
            found[name] = _hash(files.get(path, ""))
        elif isinstance(spec, OnlineSpec):
            found[name] = _hash(repr(sorted(environment.items())))
    return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
