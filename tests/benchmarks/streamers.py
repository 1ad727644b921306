"""People in a process of their own, who ask again and again: `streamers.py ADDRESS PEOPLE SECONDS` tells as JSON."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field

import httpx
import websockets


@dataclass
class Seen:
    """What all of them saw: errors, answers that hold somebody else's marker, the chat page's session at the end."""

    answers: int = 0
    chunks: int = 0
    errors: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    page: str = ""


def marker(number: int) -> str:
    return f"M{number:03d}"


def asked(number: int) -> dict[str, object]:
    """A question that the model answers by saying the person's marker over and over."""
    said = (("user", "Repeat: Q900"), ("assistant", "Q900 Q900 Q900 Q900 Q900"), ("user", f"Repeat: {marker(number)}"))
    return {
        "messages": [{"role": role, "content": text} for role, text in said],
        "temperature": 0,
        "max_tokens": 32,
        "stream": True,
        "user": marker(number),
    }


async def person(http: httpx.AsyncClient, number: int, until: float, seen: Seen, people: int) -> None:
    """Ask until the time is over; each answer must hold the person's own marker and nobody else's."""
    others = [marker(other) for other in range(people) if other != number]
    while time.monotonic() < until:
        said, ended = "", False
        async with http.stream("POST", "/v1/chat/completions", json=asked(number)) as answer:
            if answer.status_code != httpx.codes.OK:
                seen.errors.append(f"{answer.status_code}: {(await answer.aread()).decode()}")
                continue
            async for line in answer.aiter_lines():
                ended = ended or line == "data: [DONE]"
                if line.startswith("data: {"):
                    chunk = json.loads(line.removeprefix("data: "))
                    if "error" in chunk:
                        seen.errors.append(line)
                    else:
                        said += chunk["choices"][0]["delta"].get("content", "")
                        seen.chunks += 1
        seen.answers += 1
        if not ended:
            seen.errors.append(f"no end: {said}")
        if marker(number) not in said or any(other in said for other in others):
            seen.mixed.append(f"{marker(number)}: {said}")


async def hold_page(address: str, over: asyncio.Event, seen: Seen) -> None:
    """Keep a live session of the chat page open, as a browser does, and see at the end that it still answers."""
    async with httpx.AsyncClient(timeout=60) as http:
        page = (await http.get(address)).text
    token = re.search(r'"token":"([^"]+)"', page)
    assert token is not None, page
    protocols = [websockets.Subprotocol("bokeh"), websockets.Subprotocol(token.group(1))]
    async with websockets.connect(f"ws{address.removeprefix('http')}ws", subprotocols=protocols) as socket:
        await over.wait()
        for frame in ({"msgid": "1", "msgtype": "SERVER-INFO-REQ"}, {}, {}):
            await socket.send(json.dumps(frame))
        async for told in socket:
            if "SERVER-INFO-REPLY" in str(told):
                seen.page = "answers"
                return


async def main(address: str, people: str, seconds: str) -> None:
    seen, over = Seen(), asyncio.Event()
    page = asyncio.create_task(hold_page(address, over, seen))
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as http:
        until = time.monotonic() + float(seconds)
        await asyncio.gather(*(person(http, number, until, seen, int(people)) for number in range(int(people))))
    over.set()
    await page
    print(json.dumps(asdict(seen)))  # noqa: T201 - tells the benchmark


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
