"""`lazyflow validate`: every problem of every file, in the format that is wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from lazyflow.cli.exits import Exit
from lazyflow.cli.output import tell, wants_color, write
from lazyflow.cli.paths import STDIN, app_files
from lazyflow.errors import Problem, Unreadable
from lazyflow.graph.load import Checked, Source, check, check_contents
from lazyflow.reports.report import Report, build_report

FORMATS = ("text", "json", "github", "sarif", "junit")


@click.command(short_help="check app.yaml files without running them")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "-f", "--file", "over", multiple=True, type=click.Path(path_type=Path), help="A file to lay over each app."
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="How to print the problems.")
@click.option("--env-file", type=click.Path(path_type=Path), help="Read variables here instead of from .env.")
@click.option("--no-env", is_flag=True, help="Do not ask for variables that are not set.")
@click.option("--check-files", is_flag=True, help="Look for the files of local models too; never asks the network.")
def command(
    *,
    paths: tuple[str, ...],
    over: tuple[Path, ...],
    format_: str,
    env_file: Path | None,
    no_env: bool,
    check_files: bool,
) -> int:
    """Check everything that can be known without running.

    PATH is a file, a folder (its app.yaml files, however deep), a glob, or - for standard input.
    """
    checks: list[tuple[str, Checked]] = []
    unreadable: list[Unreadable] = []
    for name in expanded(paths, unreadable):
        source = Source((Path(name), *over), os.environ, env_file, use_environment=not no_env)
        try:
            checks.append((shown(name), check_stdin(source) if name == STDIN else check(source)))
        except Unreadable as error:
            unreadable.append(error)
    report = build_report(
        [name for name, _ in checks],
        [problem for _, checked in checks for problem in problems(checked, files=check_files)],
        {file: text for _, checked in checks for file, text in checked.texts.items()},
    )
    if checks or format_ != "text":
        write(rendered(report, format_))
    for reason in dict.fromkeys(map(str, unreadable)):
        tell(f"error: {reason}")
    return Exit.BROKEN if unreadable else Exit.PROBLEMS if report.errors else Exit.FINE


def expanded(paths: Iterable[str], unreadable: list[Unreadable]) -> list[str]:
    """Each file once, in the order in which it is named; what names nothing is noted."""
    names: dict[str, None] = {}
    for path in paths:
        if path == STDIN:
            names[STDIN] = None
            continue
        try:
            names.update(dict.fromkeys(map(str, app_files(path))))
        except Unreadable as error:
            unreadable.append(error)
    return list(names)


def shown(name: str) -> str:
    """A file's name in reports."""
    return "<stdin>" if name == STDIN else name


def check_stdin(source: Source) -> Checked:
    """Check what comes in on standard input; relative paths start in the working folder."""
    from lazyflow.spec.read import LARGEST_FILE, read  # noqa: PLC0415 - `-` alone needs it

    if sys.stdin is None:
        raise Unreadable("standard input is closed", "name a file, or pipe one in")
    try:
        data = sys.stdin.buffer.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Unreadable(f"standard input cannot be read: {error.strerror}", "name a file, or pipe one in") from None
    first = (Path(shown(STDIN)), data)
    return check_contents([first, *((path, read(path)) for path in source.files[1:])], source)


def problems(checked: Checked, *, files: bool) -> tuple[Problem, ...]:
    """What was found, and with `files` what model files are missing."""
    if not files:
        return checked.problems
    from lazyflow.cli.model_files import missing_models  # noqa: PLC0415 - only --check-files needs lazyflow.models

    return (*checked.problems, *missing_models(checked, os.environ))


def rendered(report: Report, format_: str) -> str:
    """The report in one of `FORMATS`. Each is imported where it is wanted: the others would cost time."""
    match format_:
        case "json":
            from lazyflow.reports.json_document import json_text  # noqa: PLC0415

            return json_text(report)
        case "github":
            from lazyflow.reports.github import github  # noqa: PLC0415

            return github(report)
        case "sarif":
            import lazyflow  # noqa: PLC0415
            from lazyflow.cli.rules import rules  # noqa: PLC0415
            from lazyflow.reports.sarif import Tool, sarif  # noqa: PLC0415

            return sarif(report, Tool(lazyflow.__version__, rules()), Path.cwd())
        case "junit":
            from lazyflow.reports.junit import junit  # noqa: PLC0415

            return junit(report)
        case _:
            from lazyflow.reports.text import text  # noqa: PLC0415

            return text(report, color=wants_color(sys.stdout))
