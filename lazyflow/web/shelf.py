"""The list of a person's conversations: what the page's sidebar shows and does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import assert_never

from lazyflow.store.conversations import Conversations
from lazyflow.store.summary import Match, Summary
from lazyflow.web.requests import Delete, List, Pin, Rename, Shelved

Json = dict[str, Any]


class Shelf:
    """Answers what the sidebar asks for. Raises: `StoreUnavailable`."""

    def __init__(self, kept: Conversations, person: str) -> None:
        self._kept = kept
        self._person = person
        self._most = List("").most

    async def do(self, request: Shelved) -> Json:
        """Do it, and tell the list as it is then."""
        match request:
            case List(text, most) if text:
                found = await self._kept.search(self._person, text, limit=most + 1)
                return list_data(text, [match_data(match) for match in found], most)
            case List(_, most):
                self._most = most
            case Rename(conversation, title):
                await self._kept.rename(self._person, conversation, title)
            case Pin(conversation, pinned):
                await self._kept.pin(self._person, conversation, pinned=pinned)
            case Delete(conversation, undo):
                await (self._kept.restore if undo else self._kept.delete)(self._person, conversation)
            case _:
                assert_never(request)
        recent = await self._kept.recent(self._person, limit=self._most + 1)
        always = sum(summary.pinned for summary in recent)
        return list_data("", [summary_data(summary) for summary in recent], always + self._most)


def list_data(sought: str, items: Sequence[Json], most: int) -> Json:
    """The first `most` lines, and whether there are more."""
    return {"t": "list", "s": sought, "items": items[:most], "more": len(items) > most}


def summary_data(summary: Summary) -> Json:
    """One line of the list; the time in seconds since 1970."""
    return {"c": summary.id, "title": summary.title, "pinned": summary.pinned, "updated": summary.updated}


def match_data(match: Match) -> Json:
    """One line of what was found, with the message `e` that it stands in and the words around it."""
    return {**summary_data(match.summary), "e": match.entry, "excerpt": match.excerpt}
