"""`lazyflow pull`: fetch every model of an app now, and say where each one is."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from lazyflow.cli.bar import byte_bar
from lazyflow.cli.exits import Exit
from lazyflow.cli.output import tell, write
from lazyflow.errors import LazyflowError
from lazyflow.graph.load import Source, load
from lazyflow.models.locate import locate
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import LocalSpec


@click.command(short_help="fetch the models now, with progress")
@click.argument("app", type=click.Path(path_type=Path))
@click.option("-f", "--file", "over", multiple=True, type=click.Path(path_type=Path), help="A file to lay over it.")
@click.option("--env-file", type=click.Path(path_type=Path), help="Read variables here instead of from .env.")
def command(app: Path, over: tuple[Path, ...], env_file: Path | None) -> int:
    """Fetch the models of APP (an app.yaml) now; print the path of each.

    A download that was stopped goes on where it stopped.
    """
    loaded = load(Source((app, *over), os.environ, env_file))
    return Exit.FINE if asyncio.run(_pull(loaded.app)) else Exit.PROBLEMS


async def _pull(app: AppSpec) -> bool:
    """Fetch each model once, in the order of the file; whether all could be had."""
    models: dict[tuple[str, str], list[str]] = {}
    for node in app.nodes.values():
        if isinstance(node, LocalSpec):
            models.setdefault((node.model, node.revision), []).append(node.name)
    if not models:
        tell("this app has no local models")
    return all([await _fetch(model, revision, app.folder, users) for (model, revision), users in models.items()])


async def _fetch(model: str, revision: str, folder: Path, users: list[str]) -> bool:
    """Print where the model is, or why the nodes that use it cannot have it."""
    try:
        with byte_bar(f"fetching {model}") as show:
            found = await locate(model, folder=folder, revision=revision, on_progress=show)
    except LazyflowError as error:
        tell(f"error: {', '.join(users)}: {error}")
        return False
    write(f"{found.path}\n")
    return True
