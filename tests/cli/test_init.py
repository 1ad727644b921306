from __future__ import annotations

from pathlib import Path

import pytest

from lazyflow.spec.schema import AUTHORING, load_schema
from tests.cli.run import lazyflow


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", [(), ("new/app",)])
def test_a_new_app_is_valid_and_finds_its_model(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    ran = lazyflow(capsys, "init", *arguments)
    assert ran.code == 0
    path = Path(ran.out.strip())
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=./app.schema.json\n")
    assert load_schema(AUTHORING)["$id"] in (path.parent / "app.schema.json").read_text(encoding="utf-8")
    assert lazyflow(capsys, "validate", "--check-files", str(path)).code == 0


@pytest.mark.parametrize("name", ["app.yaml", "app.schema.json"])
def test_it_never_overwrites(capsys: pytest.CaptureFixture[str], folder: Path, name: str) -> None:
    (folder / name).write_text("mine", encoding="utf-8")
    ran = lazyflow(capsys, "init")
    assert (ran.code, ran.out) == (1, "")
    assert "exists already" in ran.err
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_text(encoding="utf-8") == "mine"


def test_it_does_not_write_through_a_link_that_leads_nowhere(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.yaml").symlink_to(folder / "elsewhere.yaml")
    assert lazyflow(capsys, "init").code == 1
    assert not (folder / "elsewhere.yaml").exists()


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_code_3(capsys: pytest.CaptureFixture[str], folder: Path, name: str) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    ran = lazyflow(capsys, "init", name)
    assert ran.code == 3
    assert "cannot be written to" in ran.err
