"""`lazyflow run` as a person starts it: a process of its own, its addresses read from stdout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "lazyflow", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """This process's environment, with the tests' own lazyflow on the path."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}


def run(
    *arguments: str | Path, cwd: Path | None = None, text: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with `text` on its standard input."""
    return subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=120,
        input=text,
        check=False,
    )


@dataclass
class Served:
    """A running app: what it printed so far, and where its first page is."""

    process: subprocess.Popen[str]
    url: str = ""
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Every model is loaded."""
        self.until(lambda: httpx.get(f"{self.url}readyz").status_code == httpx.codes.OK, seconds)

    def until(self, holds: Callable[[], bool], seconds: float = 10) -> None:
        """Poll a condition; fail with what the app printed."""
        end = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None, self.told()
            assert time.monotonic() < end, self.told()
            time.sleep(0.05)

    def told(self) -> str:
        return "".join(["--- stdout\n", *self.stdout, "--- stderr\n", *self.stderr])

    def stop(self, how: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Ask it to end; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(seconds)


@contextmanager
def served(app: Path, *options: str, pages: int = 1, **more: str) -> Iterator[Served]:
    """Run an app until the block ends; begins when its pages' addresses are printed."""
    process = subprocess.Popen(
        command("run", app, *options),
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    it = Served(process)
    threads = [
        threading.Thread(target=it.stdout.extend, args=(process.stdout,), daemon=True),
        threading.Thread(target=it.stderr.extend, args=(process.stderr,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        it.until(lambda: sum("http://" in line for line in it.stdout) >= pages, 60)
        it.url = next(line for line in it.stdout if "http://" in line).split()[-1]
        yield it
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for thread in threads:
            thread.join()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
