"""How a model is named in app.yaml: a path, a repo on the Hub, or a bare name. Pure text, no disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lazyflow.errors import ModelNotFound

_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_QUANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,254}")
_MAX_BARE = 255
_FORMS = "write a path (./x.gguf), owner/repo, owner/repo:QUANT, owner/repo/file.gguf, or a bare name"


@dataclass(frozen=True, slots=True)
class PathName:
    """A file or folder on disk, as written (`~` and relative paths are not resolved yet)."""

    text: str


@dataclass(frozen=True, slots=True)
class HubName:
    """A repo on the Hugging Face Hub, with the file or the quant that is wanted where one is named."""

    repo: str
    file: str = ""
    quant: str = ""

    def __str__(self) -> str:
        """As a user writes it."""
        return self.repo + (f"/{self.file}" if self.file else "") + (f":{self.quant}" if self.quant else "")


@dataclass(frozen=True, slots=True)
class BareName:
    """A name for LAZYFLOW_MODEL_PATH and the catalogue, with the quant where one is named."""

    text: str
    quant: str = ""


ModelName = PathName | HubName | BareName


def parse(name: str) -> ModelName:
    """Tell what kind of name `name` is.

    Raises: `ModelNotFound` where no model can have such a name.
    """
    if not name.strip() or any(ord(character) < ord(" ") for character in name) or _has_surrogates(name):
        raise ModelNotFound(f"{name!r} cannot be a model's name", _FORMS)
    if name in {".", "..", "~"} or name.startswith(("./", "../", "~/", ".\\", "..\\")) or Path(name).is_absolute():
        return PathName(name)
    if "://" in name:
        raise ModelNotFound(
            f"'{name}' is a URL, not a model's name", "write owner/repo/file.gguf for a file of the Hub"
        )
    text, _, quant = name.partition(":")
    if ":" in name and not _QUANT.fullmatch(quant):
        raise ModelNotFound(f"'{name}': '{quant}' cannot be a quant", "write one such as owner/repo:Q4_K_M")
    if "\\" in name or not text:
        raise ModelNotFound(f"'{name}' is neither a path nor a name", _FORMS)
    if "/" not in text:
        if len(text) > _MAX_BARE:
            raise ModelNotFound(f"a model's name of {len(text)} characters: '{text[:40]}...'", _FORMS)
        return BareName(text, quant)
    return _hub(name, text, quant)


def revision_is_safe(revision: str) -> bool:
    """Whether `revision` can be the name of a branch, a tag or a commit."""
    return bool(_REVISION.fullmatch(revision)) and all(
        part not in {"", ".", ".."} and not part.startswith(".") for part in revision.split("/")
    )


def is_inside(file: str) -> bool:
    """Whether a file's path in a repo stays inside the repo."""
    return "\\" not in file and all(part not in {"", ".", ".."} for part in file.split("/"))


def _hub(name: str, text: str, quant: str) -> HubName:
    owner, repo, *rest = text.split("/")
    for part in (owner, repo):
        if not _PART.fullmatch(part) or ".." in part or "--" in part or part.endswith(".git"):
            raise ModelNotFound(f"'{name}' is neither a path nor a repo of the Hub", _FORMS)
    file = "/".join(rest)
    if not rest:
        return HubName(f"{owner}/{repo}", quant=quant)
    if not is_inside(file) or not file.lower().endswith(".gguf"):
        raise ModelNotFound(f"'{name}' names no .gguf file of a Hub repo", _FORMS)
    if quant:
        raise ModelNotFound(f"'{name}' names a file and a quant", "leave out one of them")
    return HubName(f"{owner}/{repo}", file)


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
