"""`lazyflow hash-password`: what to write into the environment for a person who may log in."""

from __future__ import annotations

import sys

import click

from lazyflow.errors import MissingExtra


@click.command("hash-password", short_help="make the hash of a password for `auth`")
def command() -> int:
    """Ask for a password (or read it from a pipe) and print its hash. Put the hash into the environment or `.env`."""
    try:
        from lazyflow.server.passwords import Passwords  # noqa: PLC0415 - needs the extra
    except ImportError as error:
        raise MissingExtra("argon2-cffi", "web") from error
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise click.UsageError("the password is empty")
    click.echo(Passwords().hash(password))
    return 0
