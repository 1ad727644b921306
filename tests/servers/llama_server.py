"""llama.cpp's own HTTP server (the wheel xllamacpp) in a process of its own: `llama_server.py GGUF PORT`."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_WITHIN = 60.0
SLOTS = 4
CONTEXT = 2048  # tokens of one slot


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """A running server."""

    address: str

    @property
    def api_base(self) -> str:
        return f"{self.address}/v1"

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.address + path, timeout=5) as answer:  # noqa: S310 - our own address
            return json.load(answer)

    @property
    def busy(self) -> int:
        """How many slots are decoding."""
        return sum(slot["is_processing"] for slot in self.get("/slots"))


@contextmanager
def running(gguf: Path, log: Path, *options: str) -> Iterator[LlamaServer]:
    """Start it on a free port of 127.0.0.1 and wait until it can answer; the option `embeddings` makes it embed too."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as said:
        command = [sys.executable, __file__, str(gguf), str(port), *options]
        process = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        server = LlamaServer(f"http://127.0.0.1:{port}")
        _wait(server, process, log)
        yield server
    finally:
        process.kill()
        process.wait()


def _wait(server: LlamaServer, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            if server.get("/health")["status"] == "ok":
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise RuntimeError(f"llama.cpp's server did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def main(gguf: str, port: str, *options: str) -> None:
    import xllamacpp  # noqa: PLC0415 - the tests import this module without it

    params = xllamacpp.CommonParams()
    params.model.path = gguf
    params.hostnames = ["127.0.0.1"]
    params.port = int(port)
    params.n_ctx = CONTEXT * SLOTS
    params.n_parallel = SLOTS
    params.cpuparams.n_threads = 2
    params.model_alias = {"smol"}
    params.endpoint_slots = True
    if "embeddings" in options:
        params.embedding = True
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = xllamacpp.Server(params)
    while server is not None:
        time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
