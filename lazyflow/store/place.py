"""Where an app's conversations are: what `store` in app.yaml means."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from lazyflow.spec.app import AppSpec

MEMORY = "memory"
SQLITE = re.compile(r"sqlite(?:\+pysqlite)?://(?:/(?P<path>[^?]*))?(?:\?.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Memory:
    """Kept until the process ends."""


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A SQLite database at an absolute path."""

    path: Path


@dataclass(frozen=True, slots=True)
class Database:
    """A database server. The URL may hold a password."""

    url: str = field(repr=False)


def place_of(store: str | None, app: AppSpec, data: Path) -> Memory | SqliteFile | Database:
    """What `store` names; without it a file in `data`, the user's data folder, that is this app's own."""
    if store is None:
        return SqliteFile(data / "conversations" / own_name(app))
    if store in {MEMORY, ":memory:"}:
        return Memory()
    url = SQLITE.fullmatch(store)
    if url is not None:
        path = url["path"] or ""
        return Memory() if path in {"", ":memory:"} else SqliteFile(resolved(path, app))
    if "://" in store:
        return Database(store)
    return SqliteFile(resolved(store, app))


def resolved(path: str, app: AppSpec) -> Path:
    """A path as a person writes it, relative to the app's folder."""
    return (app.folder.absolute() / Path(path).expanduser()).resolve()


def own_name(app: AppSpec) -> str:
    """The same for each run of an app, another for each app: its name to be read, its folder to be told apart."""
    readable = re.sub(r"[^a-z0-9]+", "-", app.name.lower()).strip("-")[:40] or "app"
    told_apart = hashlib.sha256(f"{app.folder.resolve()}\0{app.name}".encode()).hexdigest()[:12]
    return f"{readable}-{told_apart}.db"
