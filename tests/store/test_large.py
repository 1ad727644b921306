"""10,000 conversations with 100,000 messages: the list and the search answer while a person types."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from lazyflow.store.conversations import Conversations
from lazyflow.store.place import Database, SqliteFile
from lazyflow.store.sql.engine import WRITES, engine_of
from lazyflow.store.sql.tables import conversations, entries
from tests.store.kept import opened

CONVERSATIONS, MESSAGES, WORDS = 10_000, 10, 50
PAGE = 201
"""Lines that the page asks for, and one more."""
LIST, SEARCH = 0.2, 0.3
"""Seconds."""
pytestmark = pytest.mark.benchmark


def fill(connection: Connection) -> None:
    chance = random.Random(7)  # noqa: S311 - words, no secrets
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(20_000)]
    for conversation in range(1, CONVERSATIONS + 1):
        rows: list[dict[str, Any]] = [
            {
                "conversation": conversation,
                "id": f"e{number}",
                "parent": f"e{number - 1}" if number else None,
                "chosen": True,
                "role": "assistant" if number % 2 else "user",
                "text": " ".join(["common", *chance.choices(words, k=WORDS)]),
                "state": "done",
                "thinking": "",
                "steps": [],
                "notices": [],
                "use_context": True,
                "created": 1.0,
                "updated": 1.0,
            }
            for number in range(MESSAGES)
        ]
        if conversation == CONVERSATIONS // 2:
            rows[3]["text"] = f"{rows[3]['text']} the needle in the haystack 企鹅"
        connection.execute(
            insert(conversations).values(
                person="ann",
                id=f"c{conversation}",
                title=f"Conversation {conversation}",
                pinned=False,
                created=1.0,
                updated=float(conversation),
            )
        )
        connection.execute(insert(entries), rows)


async def best(act: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        await act()
        taken.append(time.perf_counter() - began)
    return min(taken)


@pytest.mark.parametrize("place", ["chats.db", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_the_list_and_the_search_are_fast_in_a_large_store(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(tmp_path, place):
        pass
    engine = engine_of(Database(place) if "://" in place else SqliteFile(tmp_path / place))
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        fill(connection)
    engine.dispose()
    began = time.perf_counter()
    async with opened(tmp_path, place) as kept:
        figures = {"open": time.perf_counter() - began, **await measured(kept)}
    with capsys.disabled():
        print("\n" + ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in figures.items()))  # noqa: T201 - figures
    assert figures["list"] <= LIST
    assert max(seconds for name, seconds in figures.items() if name.startswith("search")) <= SEARCH


async def measured(kept: Conversations) -> dict[str, float]:
    (match,) = await kept.search("ann", "NEEDLE in the")
    assert match.summary.id == f"c{CONVERSATIONS // 2}"
    return {
        "list": await best(lambda: kept.recent("ann", limit=PAGE)),
        "list's middle": await best(lambda: kept.recent("ann", before=(5000.0, ""), limit=PAGE)),
        "search for one": await best(lambda: kept.search("ann", "needle in", limit=PAGE)),
        "search for what all say": await best(lambda: kept.search("ann", "common", limit=PAGE)),
        "search for two letters": await best(lambda: kept.search("ann", "企鹅", limit=PAGE)),
        "search for two that all have": await best(lambda: kept.search("ann", "om", limit=PAGE)),
        "search for a rare word": await best(lambda: kept.search("ann", "haystack", limit=PAGE)),
        "search for a part of many": await best(lambda: kept.search("ann", "omm", limit=PAGE)),
        "search for signs": await best(lambda: kept.search("ann", "!?-", limit=PAGE)),
        "search for nothing there": await best(lambda: kept.search("ann", "qqqqq zzz", limit=PAGE)),
    }
