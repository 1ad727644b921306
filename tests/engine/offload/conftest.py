"""Devices on loopback, each a process of its own, and a process that loads a model beside them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.offload.plugin import rpc_library

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "passive", "MALLOC_ARENA_MAX": "1"}
Serve = Callable[..., str]
Probe = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def library() -> Path:
    return rpc_library()


@pytest.fixture
def serve(library: Path) -> Iterator[Serve]:
    """Start a device with so many MiB of room (None: no limit); its endpoint."""
    started: list[subprocess.Popen[bytes]] = []

    def start(room: int | None = None) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        endpoint = f"127.0.0.1:{port}"
        command = [
            sys.executable,
            str(HERE / "serve.py"),
            str(library),
            endpoint,
            *([] if room is None else [str(room)]),
        ]
        process = subprocess.Popen(
            command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
        )
        started.append(process)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert process.poll() is None
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return endpoint
            time.sleep(0.05)
        raise TimeoutError(endpoint)

    yield start
    for process in started:
        alive = process.poll() is None
        process.kill()
        process.wait()
        assert alive, "a device died"


@pytest.fixture(scope="session")
def probe(library: Path, smollm2: Path) -> Probe:
    """Load the model beside devices in a process of its own; what it tells."""

    def run(*endpoints: str, free: list[int] | None = None, room: int | None = None, **key: Any) -> dict[str, Any]:
        wish = {
            "library": str(library),
            "endpoints": endpoints,
            "model": str(smollm2),
            "free": free,
            "room": room,
            "key": {"context": 512, "parallel": 1, "threads": 1, "flash_attention": True, **key},
        }
        command = [sys.executable, str(HERE / "probe.py"), json.dumps(wish)]
        done = subprocess.run(
            command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr
        (line,) = done.stdout.splitlines()  # nothing native comes to stdout
        answer: dict[str, Any] = json.loads(line)
        return answer

    return run


@pytest.fixture(scope="session")
def alone(probe: Probe) -> list[int]:
    """What the model says on the processor."""
    tokens: list[int] = probe()["tokens"]
    return tokens
