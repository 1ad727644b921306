"""`lazyflow pull`: fetch every model of an app now, and say where each one is."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from lazyflow.cli.bar import byte_bar
from lazyflow.errors import InvalidApp, LazyflowError, Unreadable
from lazyflow.graph.load import Source, load
from lazyflow.models.locate import locate
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import LocalSpec


@click.command(short_help="fetch the models now, with progress")
@click.argument("app", type=click.Path(path_type=Path))
@click.option("-f", "--file", "over", multiple=True, type=click.Path(path_type=Path), help="A file to lay over it.")
@click.option("--env-file", type=click.Path(path_type=Path), help="Read variables here instead of from .env.")
def command(app: Path, over: tuple[Path, ...], env_file: Path | None) -> None:
    """Fetch the models of APP (an app.yaml) now; print the path of each.

    A download that was stopped goes on where it stopped.
    """
    try:
        loaded = load(Source((app, *over), os.environ, env_file))
        complete = asyncio.run(_pull(loaded.app))
    except KeyboardInterrupt:
        click.echo("\nstopped; run it again to go on", err=True)
        sys.exit(130)
    except InvalidApp as invalid:
        for problem in invalid.problems:
            place = f"{problem.file}:{problem.line}:{problem.column}"
            click.echo(f"{place}: {problem.severity.value}[{problem.code}]: {problem.message}", err=True)
            if problem.help:
                click.echo(f"  = help: {problem.help}", err=True)
        sys.exit(1)
    except Unreadable as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(3)
    sys.exit(0 if complete else 1)


async def _pull(app: AppSpec) -> bool:
    """Fetch each model once, in the order of the file; whether all could be had."""
    models: dict[tuple[str, str], list[str]] = {}
    for node in app.nodes.values():
        if isinstance(node, LocalSpec):
            models.setdefault((node.model, node.revision), []).append(node.name)
    if not models:
        click.echo("this app has no local models", err=True)
    return all([await _fetch(model, revision, app.folder, users) for (model, revision), users in models.items()])


async def _fetch(model: str, revision: str, folder: Path, users: list[str]) -> bool:
    """Print where the model is, or why the nodes that use it cannot have it."""
    try:
        with byte_bar(f"fetching {model}") as show:
            found = await locate(model, folder=folder, revision=revision, on_progress=show)
    except LazyflowError as error:
        click.echo(f"error: {', '.join(users)}: {error}", err=True)
        return False
    click.echo(found.path)
    return True
