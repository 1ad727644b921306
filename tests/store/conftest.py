"""The places where conversations may be kept."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from lazyflow.store.conversations import Conversations
from tests.store.kept import opened
from tests.store.postgres import postgres


@pytest.fixture(params=["memory", "chats.db", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest) -> str:
    """What `store` in app.yaml says."""
    if request.param != "postgres":
        return str(request.param)
    cluster = request.getfixturevalue("cluster")
    name = f"chats_{secrets.token_hex(4)}"
    with psycopg.connect(f"{cluster}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{cluster}/{name}"


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
async def kept(place: str, tmp_path: Path) -> AsyncIterator[Conversations]:
    async with opened(tmp_path, place) as store:
        yield store
