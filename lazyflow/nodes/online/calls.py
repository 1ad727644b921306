"""Tool calls as providers stream them: which piece belongs to which call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lazyflow.messages import Message
from lazyflow.nodes.contract import Tools
from lazyflow.nodes.events import ToolCallDelta


class Numbering:
    """Counts the calls of one answer: some providers send whole calls that all bear one index, or none."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._places: dict[int, int] = {}

    def feed(self, pieces: Sequence[Any] | None) -> Iterator[ToolCallDelta]:
        """The `tool_calls` of one chunk as events."""
        for piece in pieces or ():
            place, known = piece.index or 0, piece.id or ""
            number = self._places.get(place)
            new = number is None or (known != "" and known != self._ids[number])
            if number is None or new:
                number = self._places[place] = len(self._ids)
                self._ids.append(known or f"call_{number}")
            function = piece.function
            arguments = function.arguments or ""
            if new:
                yield ToolCallDelta(number, self._ids[number], function.name or "", arguments)
            elif arguments:
                yield ToolCallDelta(number, arguments=arguments)


def parameters(tools: Tools | None) -> dict[str, Any]:
    """OpenAI's parameters that offer the caller's tools."""
    if tools is None:
        return {}
    offered: dict[str, Any] = {"tools": [dict(tool) for tool in tools.offered]}
    if tools.choice is not None:
        offered["tool_choice"] = tools.choice
    if tools.parallel is not None:
        offered["parallel_tool_calls"] = tools.parallel
    return offered


def called(message: Message) -> list[dict[str, Any]]:
    """An earlier message's calls, as a provider is told of them."""
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in message.calls
    ]
