"""Conversations for tests, and places to keep them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from lazyflow.messages import Role
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import PythonSpec, WebSpec
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.conversations import Conversations
from lazyflow.store.opening import open_conversations


def app_in(folder: Path, store: str | None = "chats.db", name: str = "fake") -> tuple[WebSpec, AppSpec]:
    web = WebSpec(name="web", target="chat", store=store)
    chat = PythonSpec(name="chat", call="fake:chat")
    return web, AppSpec(name=name, nodes={"chat": chat, "web": web}, folder=folder)


@asynccontextmanager
async def opened(folder: Path, store: str | None = "chats.db") -> AsyncIterator[Conversations]:
    async with open_conversations(*app_in(folder, store), folder / "data") as kept:
        yield kept


def asked(name: str, text: str, parent: str | None = None) -> Entry:
    return Entry(id=name, parent=parent, role=Role.USER, text=text)


def answered(name: str, text: str, parent: str) -> Entry:
    return Entry(id=name, parent=parent, role=Role.ASSISTANT, text=text)


async def keep(kept: Conversations, conversation: Conversation, *entries: Entry) -> Conversation:
    """Save entries one after the other as a page does."""
    for entry in entries:
        conversation = conversation.with_entry(entry)
        await kept.save(conversation, entry)
    return conversation


def empty(name: str = "c1", person: str = "ann") -> Conversation:
    return Conversation(id=name, person=person)


def unfinished(entry: Entry) -> Entry:
    return replace(entry, state="running")
