"""A PostgreSQL of the tests' own, where the machine has one installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, None where there are none; Debian keeps them off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


@contextmanager
def postgres() -> Iterator[str]:
    """A server with an empty cluster on a port of its own; its URL."""
    # The server refuses to run as root; Debian's package has a user for it.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="lf-pg-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        data = f"{folder}/data"
        run(user, "initdb", "-D", data, "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        run(user, "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://tester@127.0.0.1:{port}"
        finally:
            run(user, "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def run(user: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as `user`."""
    own = os.geteuid() != 0
    folder = programs()
    assert folder is not None
    subprocess.run(
        [folder / program, *arguments],
        check=True,
        cwd="/",
        timeout=60,
        user=None if own else user,
        group=None if own else user,
        extra_groups=None if own else [],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
