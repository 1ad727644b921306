"""`lazyflow run`: serve an app's pages and API until it is told to stop."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lazyflow.cli.options import Ports, Proxies, RootPath
from lazyflow.cli.results import results


@click.command(short_help="serve the app: chat page and API")
@click.argument("app", type=click.Path(path_type=Path))
@click.option("-f", "--file", "over", multiple=True, type=click.Path(path_type=Path), help="A file to lay over it.")
@click.option("--host", help="Listen here instead of where app.yaml says.")
@click.option("--port", "ports", type=Ports(), help="A port or a range instead of what app.yaml says.")
@click.option("--no-watch", "watch", flag_value=False, default=True, help="Do not reload when a file changes.")
@click.option(
    "--drain",
    type=click.FloatRange(min=0),
    help="Seconds that replies may hold a model or graph that a saved file replaced (600).",
)
@click.option("--poll", is_flag=True, help="Look at the files instead of waiting for events (network folders).")
@click.option("--env-file", type=click.Path(path_type=Path), help="Read variables here instead of from .env.")
@click.option(
    "--insecure",
    is_flag=True,
    help="Let everybody in who reaches the host, without `auth`; each browser has conversations of its own.",
)
@click.option("--proxy-headers", type=Proxies(), default=(), help="Trust X-Forwarded-* of these addresses or networks.")
@click.option("--root-path", type=RootPath(), default="", help="The path below which a proxy serves the app: /chat.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="json: one object a line, with a line for each request.",
)
@click.option(
    "--grace",
    type=click.FloatRange(min=0),
    default=10.0,
    help="Seconds that running replies have to finish when the app is told to stop (10).",
)
@click.option("--open", "browse", is_flag=True, help="Open the page in a browser.")
def command(app: Path, over: Sequence[Path], env_file: Path | None, **wished: Any) -> int:
    """Serve the app of APP (an app.yaml). The address of each page is printed as soon as it answers.

    Ctrl-C and SIGTERM let running replies finish; a second one ends at once.
    """
    # To look for garbage among modules that are just being loaded takes a seventh of the start.
    gc.disable()
    try:
        from lazyflow.cli.service import Service, Wishes  # noqa: PLC0415 - heavy, and used here only

        with results() as out:
            return Service((app, *over), env_file, Wishes(**wished), out).run()
    finally:
        gc.enable()
