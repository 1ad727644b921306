"""What a person may change of the app: widgets from the schema, for one conversation, in step on all its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, expect

from lazyflow.nodes.events import Text
from lazyflow.runtime.contract import Ask
from lazyflow.spec.nodes import Control, LocalSpec, WebSpec
from lazyflow.spec.sampling import Sampling
from tests.acceptance.browsing import DESKTOP, PHONE, WARNINGS, ChatPage, chromium
from tests.acceptance.test_page_looks import faults
from tests.web.fake_live import Beat, FakeLive
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
MODEL = LocalSpec(name="chat", model="./m.gguf", system="Be kind.", sampling=Sampling(temperature=0.7, max_tokens=256))
CONTROLS = tuple(
    Control(node="chat", param=param) for param in ("temperature", "max_tokens", "top_k", "stop", "system")
)


def in_force(ask: Ask) -> Sequence[Beat]:
    """An app that says what it was asked to change."""
    wishes = ask.overrides.get("chat")
    if wishes is None:
        return [Text("as the app says")]
    sampling = wishes.sampling
    return [Text(f"temperature={sampling.temperature} stop={sampling.stop} system={wishes.system}")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(FakeLive(WebSpec(name="web", target="chat", controls=CONTROLS), in_force, MODEL)) as served:
        yield served


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def chat(browser: Browser, served: Served, request: pytest.FixtureRequest) -> Iterator[ChatPage]:
    context = browser.new_context(locale="en", reduced_motion="reduce", viewport=request.param)
    chat = ChatPage(context.new_page(), served.url).open()
    yield chat
    context.close()
    assert chat.errors == []


def box(chat: ChatPage, name: str) -> Locator:
    return chat.page.get_by_role("dialog", name="Settings").get_by_label(name, exact=True).last


def write(chat: ChatPage, name: str, value: str) -> None:
    box(chat, name).fill(value)
    box(chat, name).press("Tab")


def size_of(chat: ChatPage) -> str:
    return "phone" if chat.page.viewport_size == PHONE else "desktop"


def test_what_is_set_is_used_stays_after_a_reload_and_can_be_reset(chat: ChatPage) -> None:
    assert chat.ask("before") == "as the app says"
    opener = chat.button("Settings")
    opener.click()
    expect(box(chat, "Temperature")).to_have_value("0.7")
    expect(box(chat, "Top k")).to_have_attribute("placeholder", "auto")
    write(chat, "Temperature", "9")
    expect(chat.page.get_by_text("From 0 to 2")).to_be_visible()
    write(chat, "Temperature", "0.2")
    write(chat, "Stop texts", "END\n\\n\\n")
    write(chat, "System prompt", "<b>Be brief.</b>")
    expect(chat.page.get_by_role("button", name="Reset: Temperature")).to_be_visible()
    assert faults(chat) == []
    chat.picture("settings-" + size_of(chat))
    chat.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    assert chat.ask("after") == "temperature=0.2 stop=('END', '\\n\\n') system=<b>Be brief.</b>"
    chat.page.reload()
    expect(chat.answers).to_have_count(2)
    chat.button("Settings").click()
    expect(box(chat, "Stop texts")).to_have_value("END\n\\n\\n")
    chat.button("Reset all").click()
    expect(box(chat, "Temperature")).to_have_value("0.7")
    expect(box(chat, "System prompt")).to_have_value("Be kind.")
    chat.page.keyboard.press("Escape")
    assert chat.ask("reset") == "as the app says"


def test_two_pages_are_in_step_and_a_saved_file_changes_no_edit(browser: Browser, served: Served) -> None:
    context = browser.new_context(locale="en", viewport=DESKTOP, color_scheme="dark")  # type: ignore[arg-type] # a plain dict
    one = ChatPage(context.new_page(), served.url).open()
    one.ask("hi")
    other = ChatPage(context.new_page(), served.url).open(one.page.url.removeprefix(served.url))
    for chat in (one, other):
        chat.button("Settings").click()
    write(one, "Temperature", "0.2")
    expect(box(other, "Temperature")).to_have_value("0.2")
    box(one, "System prompt").fill("Half a sent")
    served.live.chat = replace(MODEL, system="Be new.", sampling=Sampling(temperature=1.5, max_tokens=64))
    served.do(served.live.tell)
    expect(box(one, "Answer length")).to_have_value("64")
    expect(box(other, "System prompt")).to_have_value("Be new.")
    expect(box(one, "Temperature")).to_have_value("0.2")
    one.picture("settings-dark")
    box(one, "System prompt").press("Tab")
    expect(box(other, "System prompt")).to_have_value("Half a sent")
    one.button("New conversation").click()
    expect(box(one, "Temperature")).to_have_value("1.5")
    served.do(lambda: served.live.change(controls=()))
    expect(one.page.get_by_role("dialog", name="Settings")).to_have_count(0)
    expect(one.button("Settings")).to_have_count(0)
    assert one.errors + other.errors == []
    context.close()
