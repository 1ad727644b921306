from __future__ import annotations

import click
import pytest

from lazyflow.cli.failures import failed
from lazyflow.cli.main import COMMANDS, program
from lazyflow.errors import InvalidApp, MissingExtra, ModelNotFound, Unreadable
from tests.cli.run import lazyflow
from tests.reports.problems import TYPO


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    ran = lazyflow(capsys, "--help")
    assert ran.code == 0
    assert all(name in ran.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there(name: str) -> None:
    command = program.get_command(click.Context(program), name)
    assert command is not None
    assert command.help


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    ran = lazyflow(capsys, "valdate")
    assert ran.code == 2
    assert "No such command" in ran.err


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (InvalidApp((TYPO,)), 1, "app.yaml:5:5: error[LF003]"),
        (Unreadable("a does not exist", "check it"), 3, "error: a does not exist\n  = help: check it"),
        (MissingExtra("panel", "web"), 1, "pip install 'lazyflow[web]'"),
        (ModelNotFound("no model 'x'"), 1, "error: no model 'x'"),
        (ModuleNotFoundError("no", name="llama_cpp.llama"), 1, "pip install 'lazyflow[local]'"),
        (ZeroDivisionError("by\nzero"), 3, "internal error: ZeroDivisionError: by zero\n  = help: LAZYFLOW_DEBUG=1"),
        (PermissionError(13, "Permission denied", "x"), 3, "Permission denied"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_is_one_message_and_a_code(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, told: str
) -> None:
    assert failed(error) == code
    err = capsys.readouterr().err
    assert told in err
    assert "Traceback" not in err


def test_a_traceback_is_there_for_who_asks(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAZYFLOW_DEBUG", "1")
    try:
        raise ZeroDivisionError  # noqa: TRY301 - it must have a place
    except ZeroDivisionError as error:
        failed(error)
    assert "Traceback" in capsys.readouterr().err
