"""`lazyflow config`: the app as it is understood, all files and variables put together."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from lazyflow.cli.output import write
from lazyflow.cli.paths import one_app
from lazyflow.errors import InvalidApp
from lazyflow.graph.load import Source, check


@click.command(short_help="print the app as it is understood, secrets masked")
@click.argument("app")
@click.option(
    "-f", "--file", "over", multiple=True, type=click.Path(path_type=Path), help="A file to lay over the app."
)
@click.option("--format", "format_", type=click.Choice(("yaml", "json")), default="yaml", help="How to print it.")
@click.option("--show-secrets", is_flag=True, help="Print keys and passwords too.")
@click.option("--env-file", type=click.Path(path_type=Path), help="Read variables here instead of from .env.")
@click.option("--no-env", is_flag=True, help="Leave variables that have no default as they are written.")
def command(
    *, app: str, over: tuple[Path, ...], format_: str, show_secrets: bool, env_file: Path | None, no_env: bool
) -> None:
    """Print APP (an app.yaml, or its folder) with all files merged and all variables filled in.

    What it prints is itself an app.yaml; secrets stand as stars.
    """
    checked = check(Source((one_app(app), *over), os.environ, env_file, use_environment=not no_env))
    if checked.app is None:
        raise InvalidApp(checked.problems)
    data = {"name": checked.app.name, **checked.canonical(show_secrets=show_secrets)}
    data = {"version": data.pop("version"), **data}
    if format_ == "json":
        write(json.dumps(data, indent=2) + "\n")
    else:
        from lazyflow.cli.yaml_text import yaml_text  # noqa: PLC0415 - JSON needs no YAML writer

        write(yaml_text(data))
