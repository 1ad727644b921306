"""A model of the Hub → its files in the Hugging Face cache. Imports huggingface_hub: import this where it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic

from huggingface_hub import hf_hub_download

from lazyflow.models.cache import ORIGIN, cache_folder, repo_folder
from lazyflow.models.download import download
from lazyflow.models.found import Found, Remote
from lazyflow.models.hub import HubFile, endpoint, list_files, locate_file, offline, refused, told
from lazyflow.models.quants import choose, quants
from lazyflow.models.shards import siblings

OnProgress = Callable[[int, int], None]
"""Hears (bytes that are there, bytes in all; 0 where the Hub does not say), at most about ten times a second."""

_PAUSE = 0.1


def fetch(
    remote: Remote, *, environment: Mapping[str, str], on_progress: OnProgress, cancel: Event | None = None
) -> Found:
    """Download `remote`, its shards together, and return where it is now.

    Blocks: run it in a thread and set `cancel` to stop it; a later call goes on where it stopped.

    Raises: `ModelNotFound` in plain words for everything that the Hub, the network or the disk can do, `Cancelled`.
    """
    variable = offline(environment)
    if variable:
        remedy = f"unset {variable}, or fetch the model while online: lazyflow pull"
        raise refused(remote, f"not asked: {variable}={environment[variable]} forbids the network", remedy)
    address, cache = endpoint(environment), cache_folder(environment)
    with told(remote, address):
        wanted = _wanted(remote, address)
        meter = _Meter(wanted, on_progress)
        for file in wanted:
            download(remote, file, cache, partial(meter.update, file), cancel or Event())
        meter.finish()
        paths = tuple(_place(remote, file, cache, address) for file in wanted)
        ref = repo_folder(cache, remote.repo) / "refs" / remote.revision
        if remote.revision != wanted[0].commit:
            ref.parent.mkdir(parents=True, exist_ok=True)
            ref.write_text(wanted[0].commit, encoding="ascii")
    return Found(paths[0], paths, ORIGIN)


def _wanted(remote: Remote, address: str) -> tuple[HubFile, ...]:
    if remote.file:
        first, *rest = siblings(remote.file)
        pinned = locate_file(remote, first, remote.revision, address)
    else:
        commit, names = list_files(remote, address)
        shards = choose(names, remote.quant)
        if shards is None:
            raise _nothing(remote, names)
        first, *rest = shards.files
        pinned = locate_file(remote, first, commit, address)
    return (pinned, *(locate_file(remote, name, pinned.commit, address) for name in rest))


def _nothing(remote: Remote, names: tuple[str, ...]) -> Exception:
    offered = quants(names)
    if offered:
        remedy = f"write one of them, such as {remote.repo}:{offered[0]}"
        return refused(remote, f"{remote.repo} has no {remote.quant}, only {', '.join(offered)}", remedy)
    return refused(remote, f"{remote.repo} has no GGUF files", "look for a repo whose name ends with -GGUF")


def _place(remote: Remote, file: HubFile, cache: Path, address: str) -> Path:
    """Let the client link the blob into its snapshot: nothing is downloaded any more."""
    placed = hf_hub_download(remote.repo, file.file, revision=file.commit, cache_dir=cache, endpoint=address)
    return Path(placed)


class _Meter:
    """Adds up the progress of several files and passes it on now and then."""

    def __init__(self, files: tuple[HubFile, ...], on_progress: OnProgress) -> None:
        self._sizes = [file.size for file in files]
        self._done = dict.fromkeys((file.file for file in files), 0)
        self._on_progress = on_progress
        self._next = 0.0

    def update(self, file: HubFile, done: int) -> None:
        self._done[file.file] = done
        if monotonic() >= self._next:
            self._next = monotonic() + _PAUSE
            self.finish()

    def finish(self) -> None:
        total = sum(size or 0 for size in self._sizes) if None not in self._sizes else 0
        self._on_progress(sum(self._done.values()), total)
