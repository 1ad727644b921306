from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from tests.cli.run import lazyflow

ROOT = Path(__file__).parents[2]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["app.yaml", "apps/shop/app.yaml"])
def test_it_picks_apps(name: str) -> None:
    assert re.search(HOOK["files"], name)


@pytest.mark.parametrize("name", ["myapp.yaml", "app.yaml.bak", "app.yml", "schemas/app.schema.json"])
def test_it_leaves_other_files_alone(name: str) -> None:
    assert not re.search(HOOK["files"], name)


def test_its_command_runs_without_secrets(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LAZYFLOW_TEST_KEY", raising=False)
    node = "chat: { type: online, source: openai, api_key: '${LAZYFLOW_TEST_KEY}' }"
    Path("app.yaml").write_text(f"version: 1\nnodes:\n  {node}\n", encoding="utf-8")
    program, *arguments = shlex.split(HOOK["entry"])
    assert program == "lazyflow"
    assert lazyflow(capsys, *arguments, "app.yaml").code == 0
    Path("app.yaml").write_text("version: 2\n", encoding="utf-8")
    assert lazyflow(capsys, *arguments, "app.yaml").code == 1
