"""The page on desktop and phone, light and dark: readable for everybody, with pictures of it kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from lazyflow.errors import Problem
from lazyflow.nodes.events import Text
from lazyflow.runtime.contract import NodeStatus, Trouble
from lazyflow.spec.nodes import Theme, WebSpec
from tests.acceptance.browsing import DESKTOP, PHONE, WARNINGS, ChatPage, chromium
from tests.web.fake_live import FakeLive
from tests.web.scripts import play
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
SIZES = {"desktop": {"viewport": DESKTOP}, "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served() -> Iterator[Served]:
    web = WebSpec(
        name="web",
        target="chat",
        history=("chat",),
        title="Queue advisor",
        welcome="Ask about **queues**, brokers and [delivery guarantees](https://example.org).",
        examples=("How do I choose a message queue?", "What is backpressure?"),
    )
    with serving(FakeLive(web, play)) as served:
        yield served


def faults(chat: ChatPage) -> list[str]:
    """What axe-core finds, serious and critical."""
    found = Axe().run(chat.page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:120]} {node['any'][:1]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_every_state_of_the_page(browser: Browser, served: Served, size: str, scheme: Any) -> None:
    context = browser.new_context(
        locale="en", color_scheme=scheme, reduced_motion="reduce", **SIZES[size]  # type: ignore[arg-type] # plain dicts
    )  # fmt: skip
    chat = ChatPage(context.new_page(), served.url).open()
    assert faults(chat) == []
    chat.picture(f"welcome-{size}-{scheme}")
    chat.ask("How do I choose a message queue?")
    assert faults(chat) == []
    chat.picture(f"answer-{size}-{scheme}")
    chat.ask("think")
    for summary in chat.page.locator("summary:visible").all():
        summary.click()
    chat.ask("fail")
    problem = Problem(
        "LF003", "unknown key 'modle' in node 'chat'", "app.yaml", 5, 5, 5, 10, help="did you mean 'model'?"
    )
    served.live.trouble = Trouble(problems=(problem,), restart=("web.port",))
    served.live.nodes = {"chat": NodeStatus(state="loading", stage="reading", fraction=0.4)}
    served.do(served.live.tell)
    expect(chat.page.locator(".banner")).to_be_visible()
    assert faults(chat) == []
    chat.picture(f"trouble-{size}-{scheme}")
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.parametrize("primary", ["#ffee00", "#102040", "#888888", "tomato"])
def test_any_colour_of_an_app_leaves_its_text_readable(browser: Browser, served: Served, primary: str) -> None:
    for mode in ("light", "dark"):
        served.do(lambda: served.live.change(theme=Theme(primary=primary, mode=mode)))  # noqa: B023 - run at once
        context = browser.new_context(locale="en")
        chat = ChatPage(context.new_page(), served.url).open()
        chat.box.fill("x")
        assert faults(chat) == []
        context.close()


def test_text_from_right_to_left_stands_on_the_right(browser: Browser, served: Served) -> None:
    served.live.script = lambda _: [Text("# שלום\n\nזה טקסט.\n\nAnd English.")]
    context = browser.new_context(locale="en", viewport=DESKTOP)  # type: ignore[arg-type] # a plain dict
    chat = ChatPage(context.new_page(), served.url).open()
    chat.ask("שלום")
    hebrew, english = chat.answer.locator("p").all()
    assert hebrew.get_attribute("dir") == "auto"
    assert hebrew.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert english.evaluate("e => getComputedStyle(e).direction") == "ltr"
    context.close()


@pytest.mark.parametrize(("locale", "language"), [("de-AT", "de"), ("zh-CN", "zh"), ("fr", "en")])
def test_the_page_tells_in_which_language_it_speaks(
    browser: Browser, served: Served, locale: str, language: str
) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(served.url)
    page.get_by_role("textbox").wait_for()
    assert page.evaluate("document.documentElement.lang") == language
    context.close()


def test_everything_can_be_done_with_the_keyboard(browser: Browser, served: Served) -> None:
    context = browser.new_context(locale="en", viewport=DESKTOP)  # type: ignore[arg-type] # a plain dict
    chat = ChatPage(context.new_page(), served.url).open()
    expect(chat.box).to_be_focused()
    chat.page.keyboard.type("remember")
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Space")
    expect(chat.page.get_by_role("switch", name="Use context")).not_to_be_checked()
    chat.page.keyboard.press("Shift+Tab")
    chat.page.keyboard.press("Enter")
    expect(chat.answer).to_contain_text("context=False")
    expect(chat.box).to_be_focused()
    context.close()
