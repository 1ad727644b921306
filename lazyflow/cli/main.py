"""The command `lazyflow`: its subcommands by name, imported when they are used."""

from __future__ import annotations

import sys
from importlib import import_module

import click

import lazyflow
from lazyflow.cli.exits import Exit
from lazyflow.cli.output import discard, forgiving, tell

COMMANDS = {
    "run": "serve the app: chat page and API",
    "validate": "check app.yaml files without running them",
    "config": "print the app as it is understood, secrets masked",
    "graph": "draw the nodes and who calls whom",
    "schema": "print the JSON Schema of app.yaml",
    "init": "make a new app that runs",
    "chat": "talk to the app in the terminal",
    "pull": "fetch the models now, with progress",
    "doctor": "tell whether everything is there to run",
    "hash-password": "make the hash of a password for `auth`",
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
        command = import_module(f"lazyflow.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)  # noqa: S101 - tells the type of what was imported
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command("lazyflow", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(lazyflow.__version__, prog_name="lazyflow")
def program() -> None:
    """Declare a chatbot in one YAML file and run it."""


def main() -> None:
    """Run the command line of this process, and exit with what it says."""
    forgiving()
    try:
        code = run(sys.argv[1:])
        finish()
    except KeyboardInterrupt:
        tell("stopped")
        code = Exit.STOPPED
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line: every failure becomes a message on standard error and an exit code."""
    try:
        result = program.main(arguments, prog_name="lazyflow", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        tell("stopped")
        return Exit.STOPPED
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else Exit.FINE if exit_.code is None else Exit.PROBLEMS
    except Exception as error:  # noqa: BLE001 - the one place where nothing may get out as a traceback
        from lazyflow.cli.failures import failed  # noqa: PLC0415 - only where something went wrong

        return failed(error)
    return result if isinstance(result, int) else Exit.FINE


def finish() -> None:
    """Flush what is left, so that a full disk is told before the interpreter ends."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        discard(sys.stdout)
