from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from bokeh.document import Document

from lazyflow.web.component import Chat


class Told(Chat):
    """Remembers what goes to the page."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[list[str]] = []

    def _send_msg(self, messages: list[dict[str, str]]) -> None:
        self.sent.append([message["t"] for message in messages])


class Session:
    """A page's session, whose lock may be slow to get, or fail."""

    def __init__(self) -> None:
        self.destroyed = False
        self.fails = False
        self.free = asyncio.Event()
        self.free.set()

    async def with_document_locked(self, work: Callable[[Document], None], document: Document) -> None:
        await self.free.wait()
        if self.fails:
            raise RuntimeError("the lock is broken")
        if not self.destroyed:
            work(document)


@pytest.fixture
async def session() -> Session:
    return Session()


@pytest.fixture
def page(session: Session) -> tuple[Told, Document]:
    document: Any = Document()
    context = SimpleNamespace(session=session)
    document._session_context = lambda: context
    return Told(), document


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_said_while_the_page_is_busy_goes_together_and_in_order(
    page: tuple[Told, Document], session: Session
) -> None:
    chat, document = page
    session.free.clear()
    for name in "abc":
        chat.tell(document, {"t": name})
        await settled()
    assert chat.sent == []
    session.free.set()
    await settled()
    chat.tell(document, {"t": "d"})
    await settled()
    assert chat.sent == [["a", "b", "c"], ["d"]]


async def test_a_delivery_that_fails_stops_no_later_one(page: tuple[Told, Document], session: Session) -> None:
    chat, document = page
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))
    session.fails = True
    chat.tell(document, {"t": "a"})
    await settled()
    assert chat.sent == []
    session.fails = False
    chat.tell(document, {"t": "b"})
    await settled()
    assert chat.sent == [["a", "b"]]
    assert [str(failure) for failure in failures] == ["the lock is broken"]


async def test_for_a_page_that_is_gone_nothing_is_kept(page: tuple[Told, Document], session: Session) -> None:
    chat, document = page
    session.destroyed = True
    for name in "ab":
        chat.tell(document, {"t": name})
        await settled()
    assert chat.sent == []
    assert chat._waiting == []
