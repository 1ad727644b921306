"""`lazyflow chat`: talk to an app in the terminal."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from lazyflow.cli.exits import Exit
from lazyflow.cli.output import tell
from lazyflow.cli.results import results
from lazyflow.errors import LazyflowError
from lazyflow.graph.load import Source, load

if TYPE_CHECKING:
    from lazyflow.cli.conversation import Conversation  # heavy


@click.command(short_help="talk to the app in the terminal")
@click.argument("app", type=click.Path(path_type=Path))
@click.argument("message", required=False)
@click.option("--node", metavar="NAME", help="Who answers (default: the web node's target).")
@click.option("-f", "--file", "over", multiple=True, type=click.Path(path_type=Path), help="A file to lay over it.")
@click.option("--env-file", type=click.Path(path_type=Path), help="Read variables here instead of from .env.")
def command(app: Path, message: str | None, node: str | None, over: tuple[Path, ...], env_file: Path | None) -> int:
    """Talk to APP (an app.yaml). With MESSAGE, or with one piped in, print the answer and exit.

    Ctrl-C stops a reply; a second one, or Ctrl-D, leaves.
    """
    source = Source((app, *over), os.environ, env_file)
    entry = answering(source, node)
    if message is None and not sys.stdin.isatty():
        message = sys.stdin.read().strip()
    if message is not None and not message.strip():
        raise click.UsageError("there is no message: write one, or pipe one in")
    if not os.environ.get("LAZYFLOW_DEBUG"):
        logging.getLogger().addHandler(logging.NullHandler())  # failures are told in words, not with a traceback

    from lazyflow.cli.conversation import Conversation  # noqa: PLC0415 - heavy, and used here only

    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - editing and history of `input`, where the platform has it

    if message is not None:
        with results() as out, Conversation(source, entry, out) as conversation:
            return Exit.FINE if conversation.say(message) else Exit.PROBLEMS
    with Conversation(source, entry, sys.stdout) as conversation:
        return converse(conversation)


def answering(source: Source, node: str | None) -> str:
    """The node that answers. Raises: `UsageError` for a name that is none, `LazyflowError` where one must be named."""
    graph = load(source).graph
    names = ", ".join(graph.edges)
    if node is not None and node not in graph.edges:
        raise click.UsageError(f"there is no node '{node}' that answers; there are: {names}")
    entry = node or graph.entry
    if entry is None:
        raise LazyflowError("several nodes could answer", f"name one with --node: {names}")
    return entry


def converse(conversation: Conversation) -> int:
    """Message after message until the person leaves."""
    tell("Ctrl-D leaves, Ctrl-C stops a reply.")
    stops = 0
    while True:
        match one_turn(conversation):
            case "said":
                stops = 0
            case "left":
                return Exit.FINE
            case "stopped":
                stops += 1
                if stops > 1:
                    return Exit.STOPPED


def one_turn(conversation: Conversation) -> Literal["said", "left", "stopped"]:
    """Read one message and answer it."""
    try:
        message = input("> ").strip()
        if message:
            conversation.say(message)
    except EOFError:
        tell("")
        return "left"
    except KeyboardInterrupt:
        tell("\nstopped; Ctrl-C again leaves")
        return "stopped"
    return "said"
