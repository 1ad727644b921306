"""`python probe.py JSON`: load the model beside these devices and tell as JSON where it lies and what it says.

In: library, endpoints, model, key (fields of the model's key), free (bytes on each device; null: what it tells),
room (MiB that the process itself may still take; null: no limit).
"""

from __future__ import annotations

import json
import logging
import re
import resource
import sys
from collections import defaultdict
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from lazyflow.engine import load
from lazyflow.engine.contract import ModelKey
from lazyflow.engine.devices import Hardware, hardware
from lazyflow.engine.native import library
from lazyflow.engine.native_log import install
from lazyflow.errors import ModelUnusable
from tests.engine.offload.backend import Backend

PROMPT = "The capital of France is"
TOKENS = 20
BUFFER = re.compile(r"(\w+)(?:\[([^\]]*)\])?\s+(model|KV|compute) buffer size =\s+([\d.]+) MiB")


class Lines(logging.Handler):
    """Keeps what the load says."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def main(wish: dict[str, Any]) -> dict[str, Any]:
    backend = Backend(wish["library"])
    for endpoint in wish["endpoints"]:
        backend.add(endpoint)
    path = Path(wish["model"])
    key = ModelKey(path=path, identity=(), **wish["key"] | {"tensor_split": tuple(wish["key"].get("tensor_split", ()))})
    said = Lines()
    logging.getLogger(load.__name__).addHandler(said)
    logging.getLogger(load.__name__).setLevel(logging.INFO)
    native = install(library.load())
    if wish["room"] is not None:
        limit(wish["room"])
    try:
        loaded = load.load(key, lambda _: True, with_free(hardware(), wish["free"]))
    except ModelUnusable as error:
        return {"error": str(error), "said": said.lines}
    sizes: dict[str, dict[str, float]] = defaultdict(dict)
    for line in native.since(0):
        if found := BUFFER.search(line):
            name, endpoint, kind, size = found.groups()
            sizes[kind][endpoint or name] = float(size)
    tokens = generate(loaded)
    loaded.context.free()
    loaded.weights.free()
    return {"placement": asdict(loaded.placement), "sizes": sizes, "tokens": tokens, "said": said.lines}


def with_free(machine: Hardware, free: list[int] | None) -> Hardware:
    """A device over RPC tells its total memory as free: the fit gets its own numbers."""
    if free is None:
        return machine
    spare = iter(free)
    devices = tuple(
        replace(device, free=next(spare)) if device.backend == "RPC" else device for device in machine.devices
    )
    return replace(machine, devices=devices)


def limit(room: int) -> None:
    """Leave this process so many MiB."""
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + room * 2**20,) * 2)


def generate(loaded: load.Loaded) -> list[int]:
    context, found = loaded.context, []
    tokens = loaded.weights.vocab.tokenize(PROMPT, special=False)
    position = 0
    for _ in range(TOKENS):
        at = context.add(0, position, tokens, logits=True)
        assert context.decode() == 0
        position += len(tokens)
        tokens = tokens[:1].copy()
        tokens[0] = context.logits(at).argmax()
        found.append(int(tokens[0]))
    return found


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))  # noqa: T201 - the answer
