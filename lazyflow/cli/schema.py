"""`lazyflow schema`: the JSON Schema, for editors and other programs."""

from __future__ import annotations

import click

from lazyflow.cli.output import write
from lazyflow.spec.schema import AUTHORING, RESOLVED, schemas


@click.command(short_help="print the JSON Schema of app.yaml")
@click.option("--resolved", is_flag=True, help="The strict one: for what `lazyflow config --show-secrets` prints.")
def command(*, resolved: bool) -> None:
    """Print the JSON Schema of app.yaml, which completes and checks it in an editor."""
    write((schemas() / (RESOLVED if resolved else AUTHORING)).read_text(encoding="utf-8"))
