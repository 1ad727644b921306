"""llama.cpp's own server in a process of its own: `python llama_server.py GGUF PARALLEL CONTEXT THREADS`."""

from __future__ import annotations

import sys
import time

import xllamacpp


def main() -> None:
    path, parallel, context, threads = sys.argv[1], *map(int, sys.argv[2:5])
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_parallel, params.n_ctx = parallel, parallel * context
    params.kv_unified = False
    params.n_batch = params.n_ubatch = 512
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.warmup = False
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 - the test reads it
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
