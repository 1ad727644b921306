"""The key is told to nobody but the provider: not in events, errors, logs, nor on the terminal."""

from __future__ import annotations

import logging
import traceback

import pytest

from lazyflow.nodes.contract import NodeFailed
from lazyflow.nodes.events import Event
from tests.collecting import collect
from tests.nodes.online.asking import KEY, TURN, asked
from tests.servers.peer import Reply, answer, broken, error, silent, status

pytestmark = pytest.mark.slow

ECHOES = {
    "an answer": answer(),
    "a wrong key": status(401, error(f"Incorrect API key provided: {KEY}. Find yours at ...", "invalid_api_key")),
    "a refused request": status(400, error(f"bad header 'Authorization: Bearer {KEY}'")),
    "a server error": status(500, error(f"failed for {KEY}")),
    "a web page": status(502, f"<html>{KEY}</html>"),
    "an error within the stream": broken(f'data: {{"error": {{"message": "{KEY} is out of credit"}}}}\n\n'),
    "a malformed chunk": broken(f'data: {{"id": "{KEY}\n\n'),
    "silence": silent(["a"]),
}


@pytest.mark.parametrize("source", ["openai", "vllm", "gemini", "anthropic"])
@pytest.mark.parametrize("reply", ECHOES.values(), ids=list(ECHOES))
async def test_the_key_stands_nowhere(
    reply: Reply, source: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    events: list[Event] = []
    async with asked(reply, source=source, api_key=KEY, timeout=0.3, retries=1) as (chat, peer):
        try:
            await collect(chat.stream(TURN), events)
        except NodeFailed as failed:
            told = "".join(traceback.format_exception(failed))
    assert KEY in str(peer.received[0])
    out, err = capfd.readouterr()
    records = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    assert KEY not in "\n".join([told, str(events), repr(chat), out, err, *records])
