from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lazyflow.cli.yaml_text import yaml_text
from lazyflow.graph.load import Source, check
from lazyflow.spec.parse import parse
from lazyflow.spec.schema import RESOLVED, load_schema
from lazyflow.spec.tree import plain
from tests.cli.run import lazyflow

APP = """\
x-shared: &shared { temperature: 0.5 }
version: 1
nodes:
  chat:
    system: "Costs $5, not ${NOTHING}"
    sampling: *shared
    fallback: other
    model: ${MODEL:-./m.gguf}
    type: local
  other:
    type: online
    source: openai
    model: gpt-4o-mini
    api_key: ${LAZYFLOW_TEST_KEY}
  web:
    type: web
    target: chat
    port: ${PORT:-8080}
    title: $${HOME} is $$5
"""


@pytest.fixture(autouse=True)
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAZYFLOW_TEST_KEY", "sk-very-secret")
    for name in ("MODEL", "PORT", "NOTHING"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "app.yaml"
    path.write_text(APP, encoding="utf-8")
    return path


def test_variables_are_filled_in_and_secrets_masked(capsys: pytest.CaptureFixture[str], app: Path) -> None:
    ran = lazyflow(capsys, "config", "app.yaml")
    assert ran.code == 0
    assert "sk-very-secret" not in ran.out + ran.err
    data = yaml.safe_load(ran.out)
    assert list(data) == ["version", "name", "nodes"]
    assert data["name"] == app.parent.name
    assert data["nodes"]["web"]["port"] == 8080
    assert data["nodes"]["chat"]["sampling"] == {"temperature": 0.5}
    assert list(data["nodes"]["chat"])[:2] == ["type", "model"]


def test_secrets_are_shown_to_who_asks(capsys: pytest.CaptureFixture[str]) -> None:
    assert "sk-very-secret" in lazyflow(capsys, "config", "app.yaml", "--show-secrets").out


@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_what_it_prints_is_an_app_that_means_the_same(
    capsys: pytest.CaptureFixture[str], app: Path, format_: str
) -> None:
    before = check(Source((app,), {"LAZYFLOW_TEST_KEY": "none"})).app
    printed = lazyflow(capsys, "config", "app.yaml", "--show-secrets", "--format", format_).out
    app.write_text(printed.replace("sk-very-secret", "none"), encoding="utf-8")
    after = check(Source((app,), {}))
    assert after.problems == ()
    assert after.app == before


def test_it_fits_the_resolved_schema(capsys: pytest.CaptureFixture[str]) -> None:
    ran = lazyflow(capsys, "config", "app.yaml", "--format", "json", "--show-secrets")
    Draft202012Validator(load_schema(RESOLVED)).validate(json.loads(ran.out))


def test_without_the_environment_variables_stay_as_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAZYFLOW_TEST_KEY")
    assert lazyflow(capsys, "config", "app.yaml").code == 1
    ran = lazyflow(capsys, "config", "app.yaml", "--no-env")
    assert ran.code == 0
    assert yaml.safe_load(ran.out)["nodes"]["other"]["api_key"] == "${LAZYFLOW_TEST_KEY}"


def test_a_broken_app_is_told_as_validate_tells_it(capsys: pytest.CaptureFixture[str], app: Path) -> None:
    app.write_text("version: 1\nnodes:\n  chat: { type: locl }\n", encoding="utf-8")
    ran = lazyflow(capsys, "config", "app.yaml")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("app.yaml:3:17: error[LF008]")
    assert "did you mean 'local'?" in ran.err


@pytest.mark.parametrize(
    "text",
    [
        "1e3",
        "0o17",
        "0x1f",
        ".5",
        "1_000",
        "1:30",
        "no",
        "on",
        "~",
        "null",
        "2024-01-01",
        "a\nb\n",
        " a ",
        "é\t",
        "\u2028",
        "a\u2028b\n\x85c",
        "\ue085",
    ],
)
def test_a_text_stays_a_text(text: str) -> None:
    assert read_back(text) == text


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc"))) | st.floats(allow_nan=False) | st.integers() | st.booleans()
)
def test_yaml_reads_back_as_what_was_written(value: str | float) -> None:
    assert read_back(value) == value


def read_back(value: object) -> object:
    parsed = parse(yaml_text({"key": value}), "x.yaml")
    assert parsed.problems == ()
    assert parsed.tree is not None
    result: object = plain(parsed.tree)["key"]
    return result
