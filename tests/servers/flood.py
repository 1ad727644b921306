"""A peer in a process of its own that answers with many small chunks: `python -m tests.servers.flood CHUNKS`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.peer import answer, serving


@contextmanager
def flooding(chunks: int) -> Iterator[str]:
    """The API's address; what the server costs is not counted as this process's CPU."""
    command = [sys.executable, "-m", "tests.servers.flood", str(chunks)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


async def main(chunks: int) -> None:
    async with serving(answer(["word "] * chunks)) as peer:
        print(peer.url, flush=True)  # noqa: T201 - tells the test where it is
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
