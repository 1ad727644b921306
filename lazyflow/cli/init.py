"""`lazyflow init`: a new app that validates and runs."""

from __future__ import annotations

from pathlib import Path

import click

from lazyflow.cli.exits import Exit
from lazyflow.cli.output import tell, write
from lazyflow.cli.paths import NAME
from lazyflow.errors import LazyflowError
from lazyflow.spec.schema import AUTHORING, schemas

APP = """\
# yaml-language-server: $schema=./app.schema.json
version: 1
nodes:
  chat:
    type: local
    # A name, a Hugging Face repository (owner/repo) or a file (./model.gguf).
    model: smollm2-135m-instruct
    system: You are a friendly assistant. Answer briefly.
  web:
    type: web
    title: Chatbot
    welcome: Hello! What would you like to know?
    target: chat
    history: [chat]
"""


@click.command(short_help="make a new app that runs")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def command(folder: Path) -> int:
    """Write an app.yaml and its schema for the editor into DIR (default: this folder); never overwrites."""
    try:
        taken = [name for name in (NAME, AUTHORING) if (folder / name).exists() or (folder / name).is_symlink()]
        if taken:
            raise LazyflowError(
                f"{folder / taken[0]} exists already, nothing was written", "name another folder: lazyflow init DIR"
            )
        folder.mkdir(parents=True, exist_ok=True)
        new(folder / AUTHORING, (schemas() / AUTHORING).read_text(encoding="utf-8"))
        new(folder / NAME, APP)
    except OSError as error:
        reason = error.strerror or str(error)
        tell(f"error: {folder} cannot be written to: {reason}\n  = help: name another folder: lazyflow init DIR")
        return Exit.BROKEN
    write(f"{folder / NAME}\n")
    tell(f"run it: lazyflow run {folder / NAME}")
    return Exit.FINE


def new(path: Path, text: str) -> None:
    """Write a file that must not be there yet."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
