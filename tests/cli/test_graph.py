from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import lazyflow

TRIAGE = Path(__file__).parents[2] / "apps/triage"


@pytest.mark.parametrize(
    ("options", "start"),
    [((), "flowchart TD\n"), (("--format", "dot"), 'digraph "'), (("--format", "svg"), "<svg xmlns=")],
)
def test_each_format_is_drawn(capsys: pytest.CaptureFixture[str], options: tuple[str, ...], start: str) -> None:
    for named in (TRIAGE, TRIAGE / "app.yaml"):
        ran = lazyflow(capsys, "graph", str(named), *options)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(start)


def test_a_broken_app_is_not_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "app.yaml"
    path.write_text("version: 1\nnodes:\n  web: { type: web, target: gone }\n", encoding="utf-8")
    ran = lazyflow(capsys, "graph", str(path))
    assert (ran.code, ran.out) == (1, "")
    assert "gone" in ran.err
