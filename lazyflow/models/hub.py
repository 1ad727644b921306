"""What is asked of the Hugging Face Hub, through its own client: the files of a repo, and where one of them is."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from huggingface_hub import HfApi, errors, get_hf_file_metadata, hf_hub_url

from lazyflow.errors import LazyflowError, ModelNotFound
from lazyflow.models.found import Remote
from lazyflow.models.names import is_inside
from lazyflow.models.resolve import not_found

TIMEOUT = 10.0
"""Seconds of silence after which the Hub counts as unreachable."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_USER_INFO = re.compile(r"//[^/@]*@")
_OFFLINE = ("LAZYFLOW_OFFLINE", "HF_HUB_OFFLINE")
_STATUS = {
    401: ("it does not accept your token (401)", "check HF_TOKEN, or unset it for public repos"),
    403: ("you may not read this repo (403)", "set HF_TOKEN to a token that may"),
    404: ("it has no such repo, revision or file (404)", "check the spelling, and HF_ENDPOINT"),
    429: ("too many requests (429)", "wait a little, or set HF_TOKEN"),
}
_TRUE = frozenset(("1", "on", "yes", "true"))


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file at one commit: `etag` is the sha256 of large files, `size` is bytes (None where the Hub is silent)."""

    file: str
    commit: str
    etag: str
    size: int | None
    url: str


def offline(environment: Mapping[str, str]) -> str:
    """The variable that forbids the network, empty where none does."""
    return next((name for name in _OFFLINE if environment.get(name, "").strip().lower() in _TRUE), "")


def endpoint(environment: Mapping[str, str]) -> str:
    """The Hub's address: HF_ENDPOINT or the public one."""
    return environment.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"


def list_files(remote: Remote, address: str) -> tuple[str, tuple[str, ...]]:
    """The commit that the revision stands for, and the names of all files of the repo. Raises as `told` does."""
    info = HfApi(endpoint=address).model_info(remote.repo, revision=remote.revision, timeout=TIMEOUT)
    names = (sibling.rfilename for sibling in info.siblings or ())
    return info.sha or remote.revision, tuple(name for name in names if is_inside(name))


def locate_file(remote: Remote, file: str, revision: str, address: str) -> HubFile:
    """Ask for size and hash of one file. Raises as `told` does, and `ValueError` for an answer that is no Hub's."""
    url = hf_hub_url(remote.repo, file, revision=revision, endpoint=address)
    metadata = get_hf_file_metadata(url, timeout=TIMEOUT, endpoint=address)
    commit, etag = metadata.commit_hash or "", metadata.etag or ""
    if not _SAFE.fullmatch(commit) or not _SAFE.fullmatch(etag):
        raise ValueError(url)
    pinned = hf_hub_url(remote.repo, file, revision=commit, endpoint=address)
    return HubFile(file, commit, etag, metadata.size, pinned)


def refused(remote: Remote, reason: str, remedy: str = "") -> ModelNotFound:
    """The error for a download that ends without a file, with the places that were tried before it."""
    return not_found(str(remote), (*remote.tried, f"the Hub: {reason}"), remedy)


@contextmanager
def told(remote: Remote, address: str) -> Generator[None, None, None]:
    """Say in plain words what goes wrong with the Hub, the network or the disk inside.

    Raises: `ModelNotFound`.
    """
    address = _USER_INFO.sub("//", address)
    try:
        yield
    except LazyflowError:
        raise
    except errors.HfHubHTTPError as error:
        raise refused(remote, *_answer(error, remote, address)) from None
    except errors.OfflineModeIsEnabled:
        raise refused(remote, "the network is forbidden (HF_HUB_OFFLINE)", "unset HF_HUB_OFFLINE") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        cause = str(error).strip() or type(error).__name__
        remedy = "check the connection, HTTPS_PROXY and HF_ENDPOINT; a download goes on where it broke off"
        raise refused(remote, f"{address} cannot be reached or broke off ({cause})", remedy) from None
    except errors.LocalEntryNotFoundError:
        raise refused(remote, f"{address} stopped answering", "try again later") from None
    except (ValueError, TypeError, KeyError):
        remedy = "check HF_ENDPOINT, and whether this network wants you to sign in first"
        raise refused(remote, f"{address} does not answer as a Hub does", remedy) from None
    except OSError as error:
        reason = f"the download cannot be stored: {(error.strerror or str(error)).lower()}"
        raise refused(remote, reason, "make room, or set HF_HOME to a folder that can be written") from None


def _answer(error: errors.HfHubHTTPError, remote: Remote, address: str) -> tuple[str, str]:
    """What an answer of the Hub means, and what to do."""
    page, status = f"{address}/{remote.repo}", error.response.status_code
    match error:
        case errors.GatedRepoError():
            reason = f"{remote.repo} is gated, and you have no access to it yet"
            remedy = f"accept its terms at {page} and set HF_TOKEN to a token of your account"
        case errors.RepositoryNotFoundError():
            reason = f"there is no repo {remote.repo}, or it is private"
            remedy = "check the spelling; for a private repo set HF_TOKEN"
        case errors.RevisionNotFoundError():
            reason, remedy = f"{remote.repo} has no revision '{remote.revision}'", f"see {page}"
        case errors.RemoteEntryNotFoundError():
            reason, remedy = f"{remote.repo} has no file {remote.file}", f"see {page}/tree/{remote.revision}"
        case _ if status in _STATUS:
            reason, remedy = _STATUS[status]
        case _:
            reason, remedy = f"{address} answered {status}", "try again later"
    return reason, remedy
