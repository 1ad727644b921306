"""What can be done with a message: judged, gone on with, answered by another model, deleted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.browsing import DESKTOP, PHONE, WARNINGS, ChatPage, chromium
from tests.acceptance.test_page_looks import faults
from tests.web.fake_live import FakeLive
from tests.web.scripts import play
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(FakeLive(script=play)) as served:
        yield served


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def chat(browser: Browser, served: Served, request: pytest.FixtureRequest) -> Iterator[ChatPage]:
    context = browser.new_context(locale="en", reduced_motion="reduce", viewport=request.param)
    chat = ChatPage(context.new_page(), served.url).open()
    yield chat
    context.close()
    assert chat.errors == []


def size_of(chat: ChatPage) -> str:
    return "phone" if chat.page.viewport_size == PHONE else "desktop"


def test_a_thumb_with_a_note_is_there_after_a_reload_and_on_another_page(chat: ChatPage, served: Served) -> None:
    chat.ask("remember me")
    other = ChatPage(chat.page.context.new_page(), served.url).open(chat.page.url.removeprefix(served.url))
    chat.answer.get_by_role("button", name="Bad answer").click()
    chat.page.get_by_role("textbox", name="Note").fill("<b>Too</b> short")
    assert faults(chat) == []
    chat.picture("feedback-" + size_of(chat))
    chat.page.keyboard.press("Enter")
    for page in (chat, other):
        thumb = page.answer.get_by_role("button", name="Bad answer")
        expect(thumb).to_have_attribute("aria-pressed", "true")
        expect(page.answer.get_by_role("button", name="<b>Too</b> short")).to_be_visible()
    expect(chat.answer.get_by_role("button", name="Bad answer")).to_be_focused()
    chat.page.reload()
    expect(chat.answer.get_by_role("button", name="<b>Too</b> short")).to_be_visible()
    chat.answer.get_by_role("button", name="Bad answer").click()
    for page in (chat, other):
        expect(page.answer.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "false")
        expect(page.answer.get_by_role("button", name="<b>Too</b> short")).to_be_hidden()
    other.page.close()
