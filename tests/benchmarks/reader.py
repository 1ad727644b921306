"""A client in a process of its own that reads streams and thinks about nothing: `reader.py HOST PORT CLIENTS`."""

from __future__ import annotations

import asyncio
import json
import sys


async def read(host: str, port: str) -> int:
    """Ask for one stream; how many chunks it had, the end's apart."""
    reader, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}], "stream": True}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    said = b""
    while piece := await reader.read(1 << 16):
        said += piece
    writer.close()
    assert b"data: [DONE]" in said
    return said.count(b'"content":"word ')


async def main(host: str, port: str, clients: str) -> None:
    counts = await asyncio.gather(*(read(host, port) for _ in range(int(clients))))
    print(sum(counts))  # noqa: T201 - tells the benchmark


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
