"""The command `lazyflow`: its subcommands by name, imported when they are used."""

from __future__ import annotations

from importlib import import_module

import click

import lazyflow

COMMANDS = {
    "run": "serve the app: chat page and API",
    "validate": "check app.yaml files without running them",
    "pull": "fetch the models now, with progress",
}


class Commands(click.Group):
    """Subcommands that live in `lazyflow.cli.<name>` as `command`, so that `--help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every name, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"lazyflow.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - tells the type of what was imported
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(lazyflow.__version__, prog_name="lazyflow")
def main() -> None:
    """Declare a chatbot in one YAML file and run it."""
