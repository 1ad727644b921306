"""What README.md shows is true: its YAML is valid, its Python runs, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lazyflow.graph.load import check_text
from lazyflow.reports.report import build_report
from lazyflow.reports.text import text

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES["README.md"], re.MULTILINE | re.DOTALL)


def test_every_app_is_valid() -> None:
    apps = blocks("yaml")
    assert apps
    assert [check_text(app).problems for app in apps] == [()] * len(apps)


def test_the_diagnostic_is_what_validate_prints() -> None:
    source = "version: 1\nnodes:\n  chat:\n    type: local\n    modle: ./m.gguf\n"
    checked = check_text(source, "app.yaml")
    (shown,) = re.findall(r"```\n(app.yaml:.*?)```", PAGES["README.md"], re.DOTALL)
    assert shown.strip() in text(build_report(["app.yaml"], checked.problems, checked.texts))


def test_the_python_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    (code,) = blocks("python")
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own page's example
    assert capsys.readouterr().out == "HELLO !\n"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", PAGES[page]) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_two_commands_are_one_line_each() -> None:
    assert [block.count("\n") for block in blocks("sh")[:2]] == [1, 1]
