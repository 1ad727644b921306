"""An open page without a browser: Bokeh's protocol over a websocket, so that a benchmark can have hundreds of them.

`python tests/benchmarks/page_client.py URL COUNT SECONDS` opens so many within so many seconds, and closes them again.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

TOKEN = re.compile(r'"token"\s*:\s*"([^"]+)"')


def packed(value: Any) -> Any:
    """A value as Bokeh sends it."""
    if isinstance(value, dict):
        return {"type": "map", "entries": [[key, packed(part)] for key, part in value.items()]}
    return value


def unpacked(value: Any) -> Any:
    """A value as it was before Bokeh sent it."""
    if isinstance(value, list):
        return [unpacked(part) for part in value]
    if isinstance(value, dict) and value.get("type") == "map":
        return {key: unpacked(part) for key, part in value["entries"]}
    return value


class PageClient:
    """Says what the page's script says, and hears what it hears: (when, message)."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._root = ""
        self.heard: list[tuple[float, dict[str, Any]]] = []

    async def begin(self, conversation: str = "") -> None:
        """Become ready, as a page does."""
        await self._post("PULL-DOC-REQ", {})
        while not self._root:
            kind, content = await self._next()
            if kind == "PULL-DOC-REPLY":
                roots = {root["name"]: root["id"] for root in content["doc"]["roots"]}
                self._root = roots["panel.models.esm.ReactiveESM"]
        await self.say(t="ready", c=conversation)
        await self.hear("snap")

    async def say(self, **message: Any) -> None:
        """Send a message of the page."""
        entries = [["model", {"id": self._root}], ["data", packed(message)]]
        event = {"type": "event", "name": "data_event", "values": {"type": "map", "entries": entries}}
        change = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
        await self._post("PATCH-DOC", {"events": [change]})

    async def hear(self, last: str) -> list[tuple[float, dict[str, Any]]]:
        """All that comes, until a message of the kind `last`."""
        heard: list[tuple[float, dict[str, Any]]] = []
        while not any(message["t"] == last for _, message in heard):
            kind, content = await self._next()
            if kind == "PATCH-DOC":
                at = time.perf_counter()
                heard += [(at, message) for event in content["events"] for message in messages(event)]
        self.heard += heard
        return heard

    def break_off(self) -> None:
        """Lose the connection, as where a cable is pulled."""
        self._socket.transport.abort()

    async def _post(self, kind: str, content: dict[str, Any]) -> None:
        self._number += 1
        for part in ({"msgid": str(self._number), "msgtype": kind}, {}, content):
            await self._socket.send(json.dumps(part))

    async def _next(self) -> tuple[str, dict[str, Any]]:
        header, _, content = [json.loads(await self._socket.recv()) for _ in range(3)]
        return header["msgtype"], content


def messages(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The page's messages in one of Bokeh's events."""
    if event.get("kind") != "MessageSent" or event["msg_data"]["name"] != "esm_event":
        return []
    data: list[dict[str, Any]] = unpacked(event["msg_data"]["values"])["data"]
    return data


@asynccontextmanager
async def page(url: str, http: httpx.AsyncClient, conversation: str = "") -> AsyncIterator[PageClient]:
    """A page that is open until the block ends."""
    found = TOKEN.search((await http.get(url)).text)
    assert found is not None
    address = f"ws{url.removeprefix('http')}ws"
    async with connect(address, subprotocols=["bokeh", found[1]], origin=url.rstrip("/"), max_size=None) as socket:  # type: ignore[arg-type,list-item] # plain strings
        client = PageClient(socket)
        await asyncio.wait_for(client.begin(conversation), 30)
        yield client


async def visit(url: str, http: httpx.AsyncClient) -> None:
    """Open a page and close it."""
    async with page(url, http):
        pass


async def crowd(url: str, count: int, seconds: float) -> None:
    """Open `count` pages, one every so often within `seconds`, and close them when all are open."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(limits=limits, timeout=60) as http, AsyncExitStack() as stack:

        async def come(number: int) -> None:
            await asyncio.sleep(seconds * number / count)
            await stack.enter_async_context(page(url, http))

        await asyncio.gather(*(come(number) for number in range(count)))


if __name__ == "__main__":
    asyncio.run(crowd(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
