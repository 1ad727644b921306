"""`lazyflow run`: serve an app's pages and API until it is told to stop."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from lazyflow.cli.results import results

ONE = re.compile(r"\d{1,5}(-\d{1,5})?")


class Ports(click.ParamType[tuple[tuple[int, int], ...]]):
    """A port or a range such as `20500-20799`, or several with commas between."""

    name = "port"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[tuple[int, int], ...]:
        """Inclusive ranges, in the order to try them."""
        from lazyflow.spec.ports import port_range  # noqa: PLC0415 - one home of what a port may be

        found = [port_range(one) if ONE.fullmatch(one) else None for one in value.replace(" ", "").split(",")]
        ranges = tuple(one for one in found if one is not None)
        if len(ranges) < len(found):
            self.fail(f"'{value}' is no port: write 8080, or a range such as 20500-20799", param, ctx)
        return ranges


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
@click.option("--insecure", is_flag=True, help="Let everybody in who reaches the host, without `auth`.")
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
    from lazyflow.cli.service import Service, Wishes  # noqa: PLC0415 - heavy, and used here only

    with results() as out:
        return Service((app, *over), env_file, Wishes(**wished), out).run()
