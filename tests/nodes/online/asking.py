"""Ask an online node that talks to a server of the tests' own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from lazyflow.nodes.contract import Node, Turn
from lazyflow.nodes.events import Event, Text, Thinking, Usage
from lazyflow.nodes.online.node import OnlineNode
from lazyflow.spec.nodes import OnlineSpec
from tests.servers.peer import Peer, Reply, serving

KEY = "sk-marker-0123456789-do-not-tell"
TURN = Turn(message="hi", path=("chat",))


def node(environment: Mapping[str, str] | None = None, **fields: Any) -> OnlineNode:
    written = {"source": "openai", "model": "m", "timeout": 5.0, "retries": 0, **fields}
    return OnlineNode(
        OnlineSpec(name="chat", **written), {"OPENAI_API_KEY": KEY} if environment is None else environment
    )


@asynccontextmanager
async def asked(*replies: Reply, **fields: Any) -> AsyncIterator[tuple[OnlineNode, Peer]]:
    """A node whose provider is a server that answers with `replies`."""
    async with serving(*replies) as peer:
        yield node(**{"api_base": peer.url, **fields}), peer


async def events_of(asked_node: Node, turn: Turn = TURN) -> list[Event]:
    return [event async for event in asked_node.stream(turn)]


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


def thinking_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Thinking))


def usage_of(events: list[Event]) -> Usage:
    (usage,) = [event for event in events if isinstance(event, Usage)]
    return usage
