"""What comes back: thinking, forms, many at once, and what is left when the person goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

import litellm
import pytest

from lazyflow.nodes.contract import NodeFailed, Overrides, Turn
from lazyflow.nodes.events import Event, Text, Thinking
from lazyflow.spec.sampling import JsonSchema
from tests.nodes.online.asking import TURN, asked, events_of, text_of, thinking_of
from tests.servers.peer import Line, Received, Reply, answer, chunk, silent

pytestmark = pytest.mark.slow

STREAMS = 50
AGE = JsonSchema({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]})


async def test_thinking_that_the_provider_tells_apart_is_no_part_of_the_answer() -> None:
    async with asked(answer([{"reasoning_content": "h"}, {"reasoning_content": "m"}, "Yes"])) as (chat, _):
        events = await events_of(chat)
    assert (thinking_of(events), text_of(events)) == ("hm", "Yes")


async def test_think_tags_are_told_apart_however_the_chunks_fall() -> None:
    said = "<think>hm</think>\n\nYes"
    for cut in range(1, len(said)):
        async with asked(answer([said[:cut], said[cut:]])) as (chat, _):
            events = await events_of(chat)
        assert (thinking_of(events), text_of(events)) == ("hm", "Yes")


async def test_every_piece_is_shown_when_it_comes() -> None:
    async with asked(answer(["a", "b", "c"], pause=0.05)) as (chat, _):
        times = [time.monotonic() async for event in chat.stream(TURN) if isinstance(event, Text)]
    assert times[2] - times[0] >= 0.08


async def test_a_model_may_repeat_itself_as_long_as_it_likes() -> None:
    vars(litellm).update(REPEATED_STREAMING_CHUNK_LIMIT=100)  # as it is where something else imported it
    async with asked(answer(["ha "] * 300)) as (chat, _):
        assert text_of(await events_of(chat)) == "ha " * 300


async def test_an_answer_in_json_is_shown_when_it_is_known_to_fit() -> None:
    async with asked(answer(["```json\n", '{"age": 3}', "\n```"]), format=AGE) as (chat, _):
        assert [event for event in await events_of(chat) if isinstance(event, Text)] == [Text('{"age": 3}')]


async def test_an_answer_that_does_not_fit_is_asked_for_again() -> None:
    async with asked(answer(['{"age": "3"}']), answer(['{"age": 3}']), format=AGE, retries=1) as (chat, peer):
        assert text_of(await events_of(chat)) == '{"age": 3}'
    assert len(peer.received) == 2


async def test_an_answer_that_never_fits_says_where_and_shows_nothing() -> None:
    async with asked(answer(['{"age": "3"}']), format=AGE) as (chat, _):
        with pytest.raises(NodeFailed, match=r"\$\.age: '3' is not of type 'integer'"):
            await events_of(chat)


async def test_a_choice_is_one_of_those_allowed() -> None:
    turn = Turn(message="hi", path=("chat",), overrides={"chat": Overrides(choices=("sales", "support"))})
    async with asked(answer(["I choose ", "Support."])) as (chat, _):
        assert text_of(await events_of(chat, turn)) == "support"


def numbered(pieces: int) -> Reply:
    """Repeats what it was asked, number by number."""

    async def reply(request: Received, line: Line) -> None:
        await line.head()
        said = request.body["messages"][-1]["content"]
        for number in range(pieces):
            await line.event(chunk({"content": f"{said}.{number} "}))
            await asyncio.sleep(0)
        await line.event(chunk({}, "stop"))
        await line.say("data: [DONE]\n\n")

    return reply


async def test_fifty_streams_at_once_lose_and_mix_up_nothing() -> None:
    async with asked(numbered(20), timeout=30.0) as (chat, peer):
        turns = [Turn(message=f"q{number}", path=("chat",)) for number in range(STREAMS)]
        answers = await asyncio.gather(*(events_of(chat, turn) for turn in turns))
    assert [text_of(events) for events in answers] == [
        "".join(f"{turn.message}.{number} " for number in range(20)) for turn in turns
    ]
    assert len(peer.received) == STREAMS


async def first_token(stream: AsyncGenerator[Event, None]) -> None:
    while not isinstance(await stream.__anext__(), Text | Thinking):
        pass


async def test_closing_the_stream_closes_the_providers_connection_within_100_ms() -> None:
    async with asked(silent(["a"])) as (chat, peer):
        stream = chat.stream(TURN)
        await first_token(stream)
        closed = time.monotonic()
        await stream.aclose()
        await asyncio.wait_for(peer.lines[0].left.wait(), 1.0)
    assert peer.lines[0].gone is not None
    assert peer.lines[0].gone - closed < 0.1


@pytest.mark.parametrize("pieces", [["a"], []], ids=["within the answer", "before the first token"])
@pytest.mark.parametrize("head", [True, False], ids=["after the head", "before the head"])
async def test_cancelling_the_task_closes_the_providers_connection_within_100_ms(
    pieces: list[str], *, head: bool
) -> None:
    async with asked(silent(pieces if head else [], head=head)) as (chat, peer):
        task = asyncio.create_task(events_of(chat))
        await peer.arrived.wait()
        await asyncio.sleep(0.05)
        cancelled = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(peer.lines[0].left.wait(), 1.0)
    assert peer.lines[0].gone is not None
    assert peer.lines[0].gone - cancelled < 0.1


async def test_silence_closes_the_providers_connection() -> None:
    async with asked(silent(["a"]), timeout=0.2) as (chat, peer):
        with pytest.raises(NodeFailed, match="silent"):
            await events_of(chat)
        await asyncio.wait_for(peer.lines[0].left.wait(), 1.0)
