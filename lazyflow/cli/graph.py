"""`lazyflow graph`: the nodes of an app and who calls whom."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lazyflow.cli.output import write
from lazyflow.cli.paths import one_app
from lazyflow.graph.drawing.diagram import Diagram, diagram
from lazyflow.graph.load import Source, load

FORMATS = ("mermaid", "svg", "dot")


@click.command(short_help="draw the nodes and who calls whom")
@click.argument("app")
@click.option(
    "-f", "--file", "over", multiple=True, type=click.Path(path_type=Path), help="A file to lay over the app."
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="mermaid", help="How to draw it.")
@click.option("--env-file", type=click.Path(path_type=Path), help="Read variables here instead of from .env.")
@click.option("--no-env", is_flag=True, help="Do not ask for variables that are not set.")
def command(*, app: str, over: tuple[Path, ...], format_: str, env_file: Path | None, no_env: bool) -> None:
    """Draw the nodes of APP (an app.yaml, or its folder)."""
    source = Source((one_app(app), *over), os.environ, env_file, use_environment=not no_env)
    write(drawn(diagram(load(source).graph), format_))


def drawn(shown: Diagram, format_: str) -> str:
    """The diagram in one of `FORMATS`."""
    match format_:
        case "svg":
            from lazyflow.graph.drawing.svg import svg  # noqa: PLC0415 - each format where it is wanted

            return svg(shown)
        case "dot":
            from lazyflow.graph.drawing.dot import dot  # noqa: PLC0415 - same

            return dot(shown)
        case _:
            from lazyflow.graph.drawing.mermaid import mermaid  # noqa: PLC0415 - same

            return mermaid(shown)
