"""The Hub's own client against a small server: what is asked, what is stored, and what is said when it fails."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from huggingface_hub import close_session

from lazyflow.errors import MissingExtra, ModelNotFound, ModelUnusable
from lazyflow.models import download
from lazyflow.models.download import Cancelled
from lazyflow.models.fetch import fetch
from lazyflow.models.found import Found, Remote
from lazyflow.models.locate import locate
from lazyflow.models.resolve import resolve
from tests.models.fake_hub import COMMIT, FakeHub, fake_hub
from tests.models.ggufs import gguf

BODY = gguf() + b"\7" * 300_000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setattr(download, "_FIRST_WAIT", 0.001)
    with fake_hub() as hub:
        hub.repos["owner/repo"] = {
            "README.md": b"# hi",
            "m-Q2_K.gguf": gguf(),
            "m-Q4_K_M.gguf": BODY,
            "m-Q8_0.gguf": gguf(),
            "mmproj-m-Q4_K_M.gguf": gguf(),
        }
        yield hub
        close_session()


@pytest.fixture
def environment(hub: FakeHub, tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "HF_ENDPOINT": hub.url}


def get(remote: Remote, environment: dict[str, str], cancel: Event | None = None) -> Found:
    return fetch(remote, environment=environment, on_progress=lambda *_: None, cancel=cancel)


def test_a_repo_gives_its_best_quant_with_progress(environment: dict[str, str]) -> None:
    progress: list[tuple[int, int]] = []
    found = fetch(Remote("owner/repo"), environment=environment, on_progress=lambda *at: progress.append(at))
    assert found.path.name == "m-Q4_K_M.gguf"
    assert found.path.read_bytes() == BODY
    assert progress[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in progress] == sorted(done for done, _ in progress)


def test_what_was_fetched_is_found_from_then_on_without_a_request(
    hub: FakeHub, environment: dict[str, str], tmp_path: Path
) -> None:
    fetched = get(Remote("owner/repo", quant="Q8_0"), environment)
    asked = len(hub.requests)
    for name, revision in (("owner/repo:q8_0", "main"), ("owner/repo/m-Q8_0.gguf", COMMIT)):
        found = resolve(name, folder=tmp_path, environment=environment, revision=revision)
        assert isinstance(found, Found)
        assert found.path == fetched.path
    assert len(hub.requests) == asked


def test_the_clients_own_cache_functions_see_what_was_fetched(environment: dict[str, str], tmp_path: Path) -> None:
    from huggingface_hub import scan_cache_dir, try_to_load_from_cache  # noqa: PLC0415 - heavy

    found = get(Remote("owner/repo", file="m-Q2_K.gguf"), environment)
    cache = tmp_path / ".cache/huggingface/hub"
    assert try_to_load_from_cache("owner/repo", "m-Q2_K.gguf", cache_dir=cache) == str(found.path)
    info = scan_cache_dir(cache)
    assert not info.warnings
    assert [repo.repo_id for repo in info.repos] == ["owner/repo"]


def test_a_named_file_is_fetched_without_listing_the_repo(hub: FakeHub, environment: dict[str, str]) -> None:
    assert get(Remote("owner/repo", file="m-Q2_K.gguf"), environment).path.name == "m-Q2_K.gguf"
    assert not [path for _, path, _ in hub.requests if path.startswith("/api/")]


def test_shards_come_together(hub: FakeHub, environment: dict[str, str]) -> None:
    hub.repos["owner/repo"] = {f"big/m-Q4_K_M-0000{n}-of-00003.gguf": bytes([n]) * 1000 for n in (1, 2, 3)}
    for remote in (Remote("owner/repo"), Remote("owner/repo", file="big/m-Q4_K_M-00001-of-00003.gguf")):
        found = get(remote, environment)
        assert [path.read_bytes()[0] for path in found.shards] == [1, 2, 3]


def test_a_connection_that_breaks_goes_on_where_it_was(hub: FakeHub, environment: dict[str, str]) -> None:
    hub.cuts = [100_000, 50_000]
    assert get(Remote("owner/repo"), environment).path.read_bytes() == BODY
    assert hub.downloads() == ["", "bytes=100000-", "bytes=150000-"]


def test_a_later_run_goes_on_where_an_earlier_one_was_stopped(hub: FakeHub, environment: dict[str, str]) -> None:
    hub.cuts = [100_000, *[0] * 6]
    with pytest.raises(ModelNotFound, match=r"broke off|ended early"):
        get(Remote("owner/repo"), environment)
    hub.cuts = []
    hub.requests.clear()
    assert get(Remote("owner/repo"), environment).path.read_bytes() == BODY
    assert hub.downloads() == ["bytes=100000-"]


def test_a_server_that_cannot_resume_is_asked_for_the_whole(hub: FakeHub, environment: dict[str, str]) -> None:
    hub.cuts, hub.ignores_ranges = [100_000], True
    assert get(Remote("owner/repo"), environment).path.read_bytes() == BODY


def test_a_token_goes_to_the_hub_and_not_where_it_redirects(
    hub: FakeHub, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_made_up")
    hub.cdn, hub.cuts = True, [100_000]
    assert get(Remote("owner/repo"), environment).path.read_bytes() == BODY
    assert hub.authorized == {"127.0.0.1"}
    assert "bytes=100000-" in hub.downloads()


@pytest.mark.parametrize("remote", [Remote("owner/repo"), Remote("owner/repo", file="m-Q2_K.gguf")])
def test_a_page_in_the_hubs_place_is_told(hub: FakeHub, environment: dict[str, str], remote: Remote) -> None:
    hub.page = True
    with pytest.raises(ModelNotFound, match="does not answer as a Hub does"):
        get(remote, environment)


def test_a_file_that_is_longer_than_told_does_not_fill_the_disk(
    hub: FakeHub, environment: dict[str, str], tmp_path: Path
) -> None:
    hub.short_by = 1000
    with pytest.raises(ModelNotFound, match="longer than the Hub says"):
        get(Remote("owner/repo"), environment)
    assert len(hub.downloads()) <= 5
    assert not list(tmp_path.rglob("blobs/*"))


async def test_without_the_hubs_library_the_extra_is_named(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("fetch", "download", "hub"):
        monkeypatch.delitem(sys.modules, f"lazyflow.models.{module}")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtra) as caught:
        await locate("owner/repo", folder=tmp_path, environment=environment)
    assert "pip install 'lazyflow[local]'" in caught.value.help


def test_files_that_a_hub_lists_outside_of_the_repo_are_left_out(hub: FakeHub, environment: dict[str, str]) -> None:
    hub.repos["owner/repo"] = {"../../../../x-Q4_K_M.gguf": BODY, "/etc/y-Q4_K_M.gguf": BODY, "z-Q2_K.gguf": gguf()}
    assert get(Remote("owner/repo"), environment).path.name == "z-Q2_K.gguf"


def test_a_password_in_the_hubs_address_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound) as caught:
        get(Remote("owner/repo"), {"HOME": str(tmp_path), "HF_ENDPOINT": "http://ann:secret@127.0.0.1:1"})
    assert "secret" not in str(caught.value)


def test_a_cache_that_cannot_be_written_is_told(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ModelNotFound, match="cannot be stored") as caught:
        get(Remote("owner/repo"), {**environment, "HF_HOME": str(tmp_path / "taken")})
    assert "HF_HOME" in caught.value.help


async def test_a_cut_off_file_in_the_cache_can_be_fetched_again(environment: dict[str, str], tmp_path: Path) -> None:
    fetched = get(Remote("owner/repo"), environment)
    blob = fetched.path.resolve()
    blob.write_bytes(blob.read_bytes()[:300])
    with pytest.raises(ModelUnusable, match="cut off") as caught:
        await locate("owner/repo", folder=tmp_path, environment=environment)
    assert f"rm '{blob}'" in caught.value.help
    blob.unlink()
    assert (await locate("owner/repo", folder=tmp_path, environment=environment)).size == len(BODY)


def test_a_busy_server_is_asked_again(hub: FakeHub, environment: dict[str, str]) -> None:
    hub.busy = 2
    assert get(Remote("owner/repo"), environment).path.read_bytes() == BODY


def test_a_damaged_download_is_thrown_away(hub: FakeHub, environment: dict[str, str], tmp_path: Path) -> None:
    hub.hashes["m-Q4_K_M.gguf"] = "0" * 64
    with pytest.raises(ModelNotFound, match="sha256"):
        get(Remote("owner/repo"), environment)
    assert not list(tmp_path.rglob("*.incomplete"))
    assert not list(tmp_path.rglob("blobs/*"))


@pytest.mark.parametrize(
    ("remote", "message", "remedy"),
    [
        (Remote("owner/gone"), "no repo owner/gone, or it is private", "HF_TOKEN"),
        (Remote("owner/repo", revision="v9"), "no revision 'v9'", "owner/repo"),
        (Remote("owner/repo", file="other.gguf"), "no file other.gguf", "tree/main"),
        (Remote("owner/repo", quant="Q6_K"), "has no Q6_K, only Q2_K, Q4_K_M, Q8_0", "owner/repo:Q2_K"),
    ],
)
def test_what_the_hub_has_not_is_said(environment: dict[str, str], remote: Remote, message: str, remedy: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        get(remote, environment)
    assert message in caught.value.message
    assert remedy in caught.value.help


def test_a_repo_without_gguf_says_so(hub: FakeHub, environment: dict[str, str]) -> None:
    hub.repos["owner/repo"] = {"model.safetensors": b"x"}
    with pytest.raises(ModelNotFound, match="has no GGUF files"):
        get(Remote("owner/repo"), environment)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ((403, "GatedRepo"), "gated"),
        ((401, ""), "private|token"),
        ((403, ""), "may not read"),
        ((404, ""), "no such repo"),
        ((429, ""), "too many requests"),
        ((500, ""), "answered 500"),
    ],
)
@pytest.mark.parametrize("remote", [Remote("owner/repo"), Remote("owner/repo", file="m-Q2_K.gguf")])
def test_each_refusal_of_the_hub_is_told_in_plain_words(
    hub: FakeHub, environment: dict[str, str], error: tuple[int, str], words: str, remote: Remote
) -> None:
    hub.error = error
    began = time.perf_counter()
    with pytest.raises(ModelNotFound, match=words) as caught:
        get(remote, environment)
    assert caught.value.help
    assert "Client Error" not in caught.value.message
    assert time.perf_counter() - began < 3


def test_a_hub_that_is_down_is_told_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        began = time.perf_counter()
        with pytest.raises(ModelNotFound, match="cannot be reached"):
            get(Remote("owner/repo"), {"HOME": str(tmp_path), "HF_ENDPOINT": address})
        assert time.perf_counter() - began < 3


@pytest.mark.parametrize("variable", ["LAZYFLOW_OFFLINE", "HF_HUB_OFFLINE"])
def test_offline_asks_nobody_and_names_the_variable(hub: FakeHub, environment: dict[str, str], variable: str) -> None:
    with pytest.raises(ModelNotFound, match=f"{variable}=1 forbids the network"):
        get(Remote("owner/repo", tried=("the cache: not there",)), {**environment, variable: "1"})
    assert not hub.requests


def test_a_stopped_download_ends_soon_and_goes_on_later(hub: FakeHub, environment: dict[str, str]) -> None:
    hub.pause, cancel = Event(), Event()
    errors: list[Exception] = []

    def run() -> None:
        try:
            get(Remote("owner/repo"), environment, cancel)
        except Cancelled as error:
            errors.append(error)

    thread = Thread(target=run)
    thread.start()
    assert hub.asked.wait(5)
    cancel.set()
    hub.pause.set()
    thread.join(5)
    assert len(errors) == 1
    hub.pause = None
    assert get(Remote("owner/repo"), environment).path.read_bytes() == BODY


def test_two_that_want_one_file_download_it_once(hub: FakeHub, environment: dict[str, str]) -> None:
    threads = [Thread(target=get, args=(Remote("owner/repo"), environment)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert hub.downloads() == [""]


async def test_locate_fetches_checks_and_then_stays_off_the_network(
    hub: FakeHub, environment: dict[str, str], tmp_path: Path
) -> None:
    progress: list[tuple[int, int]] = []
    model = await locate(
        "owner/repo", folder=tmp_path, environment=environment, on_progress=lambda *at: progress.append(at)
    )
    assert (model.architecture, model.origin) == ("llama", "Hugging Face cache")
    assert progress[-1] == (len(BODY), len(BODY))
    asked = len(hub.requests)
    again = await locate("owner/repo", folder=tmp_path, environment={**environment, "LAZYFLOW_OFFLINE": "1"})
    assert again == model
    assert len(hub.requests) == asked


async def test_locate_refuses_a_page_that_the_hub_calls_a_model(
    hub: FakeHub, environment: dict[str, str], tmp_path: Path
) -> None:
    hub.repos["owner/repo"] = {"x.gguf": b"<!doctype html>"}
    with pytest.raises(ModelUnusable, match="web page"):
        await locate("owner/repo", folder=tmp_path, environment=environment)


async def test_cancelling_locate_ends_at_once(hub: FakeHub, environment: dict[str, str], tmp_path: Path) -> None:
    hub.pause = Event()
    task = asyncio.create_task(locate("owner/repo", folder=tmp_path, environment=environment))
    await asyncio.to_thread(hub.asked.wait, 5)
    began = time.perf_counter()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.perf_counter() - began < 0.5
    hub.pause.set()
