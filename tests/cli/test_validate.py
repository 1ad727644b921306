from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.run import lazyflow

GOOD = "version: 1\nnodes:\n  chat: { type: local, model: ./m.gguf }\n"
BAD = "version: 1\nnodes:\n  chat:\n    type: local\n    modle: ./m.gguf\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(name: str, text: str) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


def test_a_good_file_is_code_0_and_a_bad_one_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    put("good.yaml", GOOD)
    put("bad.yaml", BAD)
    assert lazyflow(capsys, "validate", "good.yaml").code == 0
    ran = lazyflow(capsys, "validate", "good.yaml", "bad.yaml")
    assert ran.code == 1
    assert ran.out.startswith("bad.yaml:5:5: error[LF003]: unknown key 'modle' in node 'chat'\n")
    assert ran.out.endswith("\n1 error in 2 files\n")
    assert ran.err == ""


def test_a_folder_stands_for_its_apps_however_deep_but_not_for_hidden_ones(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a/app.yaml", "a/b/c/app.yaml", "a/.git/app.yaml", "a/node_modules/app.yaml"):
        put(name, BAD)
    put("a/other.yaml", BAD)
    ran = lazyflow(capsys, "validate", "a", "--format", "json")
    assert [problem["file"] for problem in json.loads(ran.out)["problems"]] == ["a/app.yaml", "a/b/c/app.yaml"]


def test_a_glob_is_expanded_where_the_shell_did_not(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a/x.yaml", "a/b/y.yaml"):
        put(name, BAD)
    assert lazyflow(capsys, "validate", "a/*.yaml").out.endswith("1 error in 1 file\n")
    assert lazyflow(capsys, "validate", "a/**/*.yaml").out.endswith("2 errors in 2 files\n")


def test_a_file_whose_name_looks_like_a_glob_is_that_file(capsys: pytest.CaptureFixture[str]) -> None:
    put("a[1].yaml", BAD)
    assert lazyflow(capsys, "validate", "a[1].yaml").code == 1


def test_a_file_that_is_named_twice_is_checked_once(capsys: pytest.CaptureFixture[str]) -> None:
    put("app.yaml", BAD)
    assert lazyflow(capsys, "validate", "app.yaml", ".", "app.yaml").out.endswith("1 error in 1 file\n")


def test_a_dash_is_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    ran = lazyflow(capsys, "validate", "-")
    assert ran.code == 1
    assert ran.out.startswith("<stdin>:5:5: error[LF003]")


@pytest.mark.parametrize("name", ["gone.yaml", "empty", "no*.yaml", "a\0b"])
def test_what_cannot_be_read_is_code_3_and_the_rest_is_still_checked(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    Path("empty").mkdir()
    put("bad.yaml", BAD)
    ran = lazyflow(capsys, "validate", name, "bad.yaml")
    assert ran.code == 3
    assert "LF003" in ran.out
    assert ran.err.startswith("error: ")
    assert "= help: " in ran.err


@pytest.mark.parametrize("arguments", [(), ("--format", "xml", "a"), ("--nonsense", "a")])
def test_wrong_usage_is_code_2(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    ran = lazyflow(capsys, "validate", *arguments)
    assert ran.code == 2
    assert ran.err.startswith("Usage: lazyflow validate")


def test_variables_are_asked_for_unless_no_env(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAZYFLOW_TEST_NAME", raising=False)
    put("app.yaml", f"name: ${{LAZYFLOW_TEST_NAME}}\n{GOOD}")
    assert lazyflow(capsys, "validate", "app.yaml").code == 1
    assert lazyflow(capsys, "validate", "app.yaml", "--no-env").code == 0
    put("prod.env", "LAZYFLOW_TEST_NAME=shop\n")
    assert lazyflow(capsys, "validate", "app.yaml", "--env-file", "prod.env").code == 0
    monkeypatch.setenv("LAZYFLOW_TEST_NAME", "shop")
    assert lazyflow(capsys, "validate", "app.yaml").code == 0


def test_an_override_is_laid_over_the_app(capsys: pytest.CaptureFixture[str]) -> None:
    put("app.yaml", GOOD)
    put("over.yaml", "version: 1\nnodes:\n  chat: { parallel: lots }\n")
    ran = lazyflow(capsys, "validate", "app.yaml", "-f", "over.yaml")
    assert ran.code == 1
    assert ran.out.startswith("over.yaml:3:")


def test_check_files_points_at_the_model_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    put("app.yaml", GOOD)
    assert lazyflow(capsys, "validate", "app.yaml").code == 0
    ran = lazyflow(capsys, "validate", "app.yaml", "--check-files")
    assert ran.code == 1
    assert ran.out.startswith("app.yaml:3:31: error[LF048]: ")
