"""One file of the Hub → the cache's blob: resumed where an earlier try broke off, checked by its sha256.

huggingface_hub's own download starts anew in every process (its partial file has a random name), hence this one; the
client's session, lock files and cache folders are used, so both see each other's downloads.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import httpx
from filelock import Timeout
from huggingface_hub import get_session
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # exported lazily
    WeakFileLock,
    build_hf_headers,
    hf_raise_for_status,
)

from lazyflow.errors import LazyflowError
from lazyflow.models.cache import repo_folder
from lazyflow.models.found import Remote
from lazyflow.models.hub import TIMEOUT, HubFile, refused

OnBytes = Callable[[int], None]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TRIES = 5
_FIRST_WAIT = 0.5
_LOOK_UP = 0.2
_CHUNK = 1 << 20
_RANGE_NOT_SATISFIABLE = 416
_PARTIAL_CONTENT = 206


class Cancelled(LazyflowError):
    """The download was asked to stop; what has come stays for the next try."""


def download(remote: Remote, wanted: HubFile, cache: Path, on_bytes: OnBytes, cancel: Event) -> Path:
    """Bring `wanted` into the cache and return its blob. `on_bytes` hears how many bytes of it are there.

    Blocks; `cancel` ends it at the next piece. Raises: `Cancelled`, `ModelNotFound`, and httpx's and huggingface_hub's
    errors where the connection fails for good.
    """
    folder = repo_folder(cache, remote.repo)
    blob = folder / "blobs" / wanted.etag
    lock = cache / ".locks" / folder.name / f"{wanted.etag}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    blob.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        while True:
            _stop_if(cancel)
            try:
                stack.enter_context(WeakFileLock(lock, timeout=_LOOK_UP))
                break
            except Timeout:
                continue
        if not blob.is_file():
            _fill(remote, wanted, blob, on_bytes, cancel)
        on_bytes(blob.stat().st_size)
    return blob


def _fill(remote: Remote, wanted: HubFile, blob: Path, on_bytes: OnBytes, cancel: Event) -> None:
    partial = blob.with_name(f"{blob.name}.incomplete")
    failures = 0
    while True:
        before = partial.stat().st_size if partial.exists() else 0
        if wanted.size is not None:
            if before > wanted.size:
                partial.unlink()
                failures += 1
                if failures >= _TRIES:
                    raise refused(remote, f"{wanted.file} is longer than the Hub says")
                continue
            if before == wanted.size:
                break
            _room(remote, wanted.size - before, blob.parent)
        try:
            _stream(wanted, partial, before, on_bytes, cancel)
        except (httpx.TransportError, _Broken) as error:
            failures = 0 if partial.exists() and partial.stat().st_size > before else failures + 1
            if failures >= _TRIES:
                raise error if isinstance(error, httpx.TransportError) else refused(remote, str(error)) from None
            cancel.wait(_FIRST_WAIT * 2**failures)
            continue
        if wanted.size is None:
            break
    _verify(remote, wanted, partial, cancel)
    partial.replace(blob)


class _Broken(Exception):
    """The answer ended in a way that another try may mend."""


def _stream(wanted: HubFile, partial: Path, start: int, on_bytes: OnBytes, cancel: Event) -> None:
    """Append to `partial` what is missing. Raises: `_Broken`, `Cancelled`, httpx's and huggingface_hub's errors."""
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    _stop_if(cancel)
    with get_session().stream("GET", wanted.url, headers=headers, follow_redirects=True, timeout=TIMEOUT) as answer:
        if answer.status_code == _RANGE_NOT_SATISFIABLE:
            partial.unlink()
            raise _Broken("the Hub cannot go on with the file")
        if answer.status_code >= 500:  # noqa: PLR2004 - the server's own errors
            raise _Broken(f"the Hub answered {answer.status_code}")
        hf_raise_for_status(answer)
        resumes = answer.status_code == _PARTIAL_CONTENT
        if resumes and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            partial.unlink(missing_ok=True)
            raise _Broken("the Hub answered with another part of the file")
        done = start if resumes else 0
        with partial.open("ab" if resumes else "wb") as file:
            for piece in answer.iter_bytes():
                _stop_if(cancel)
                file.write(piece)
                done += len(piece)
                on_bytes(done)
                if wanted.size is not None and done > wanted.size:
                    return
    if wanted.size is not None and done < wanted.size:
        raise _Broken("the connection ended early")


def _verify(remote: Remote, wanted: HubFile, partial: Path, cancel: Event) -> None:
    if not _SHA256.fullmatch(wanted.etag):
        return
    digest = hashlib.sha256()
    with partial.open("rb") as file:
        while piece := file.read(_CHUNK):
            _stop_if(cancel)
            digest.update(piece)
    if digest.hexdigest() != wanted.etag:
        partial.unlink()
        raise refused(remote, f"{wanted.file} came damaged: its sha256 is not the Hub's", "try again")


def _room(remote: Remote, needed: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        text = f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free in {folder}"
        raise refused(remote, text, "make room, or set HF_HOME to a folder on another disk")


def _stop_if(cancel: Event) -> None:
    if cancel.is_set():
        raise Cancelled("the download was stopped", "start it again to go on where it stopped")
