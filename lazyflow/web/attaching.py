"""Which files may go along with a message: those that this app takes and whose owner sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lazyflow.errors import LazyflowError
from lazyflow.messages import FileKind
from lazyflow.runtime.contract import LiveApp
from lazyflow.spec.nodes import Upload
from lazyflow.store.files import Attachment, Files
from lazyflow.uploads.read import MB

Json = dict[str, Any]
WORDS: Mapping[FileKind, str] = {"picture": "pictures", "text": "documents"}


class NotTaken(LazyflowError):
    """A proper file that this app can do nothing with, or one too many."""


async def attached(kept: Files, person: str, live: LiveApp, node: str, ids: tuple[str, ...]) -> tuple[Attachment, ...]:
    """The files of a message that is being sent. Raises: `NotTaken` where they cannot go along, `StoreUnavailable`."""
    if not ids:
        return ()
    web = live.app.spec.webs.get(node)
    if web is None or web.upload is None:
        raise NotTaken("This app takes no files any more.", "Remove them, and send the message alone.")
    if len(ids) > web.upload.max_files:
        raise NotTaken(
            f"A message may have no more files than {web.upload.max_files}.",
            "Send the others with the next one.",
        )
    files = await kept.attachments(person, ids)
    if len(files) < len(ids):
        raise NotTaken("A file is no longer there.", "Attach it again.")
    for file in files:
        await check_kind(live, web.target, file.name, file.kind)
    return files


def room_for_files(live: LiveApp, node: str) -> float:
    """How many bytes the files of one person may have in all."""
    web = live.app.spec.webs.get(node)
    upload = web.upload if web is not None else None
    # Imported conversations bring files to an app that takes none of its own, too.
    return (upload or Upload()).max_total_mb * MB


async def kinds(live: LiveApp, target: str) -> frozenset[FileKind]:
    """What those who answer can do something with."""
    takes = await live.app.takes(target)
    able: Mapping[FileKind, bool] = {"picture": takes.images, "text": takes.documents}
    return frozenset(kind for kind, can in able.items() if can)


async def offer(live: LiveApp, node: str) -> Json | None:
    """What may be attached, as the page is told it; None where nothing may."""
    web = live.app.spec.webs.get(node)
    if web is None or web.upload is None:
        return None
    taken = await kinds(live, web.target)
    return {"kinds": sorted(taken), "most": web.upload.max_mb, "files": web.upload.max_files} if taken else None


async def check_kind(live: LiveApp, target: str, name: str, kind: FileKind) -> None:
    """Raises: `NotTaken` where nobody who answers can do anything with such a file."""
    if kind not in await kinds(live, target):
        raise NotTaken(f"{name} is not taken: '{target}' reads no {WORDS[kind]}.", "Write what it says instead.")
