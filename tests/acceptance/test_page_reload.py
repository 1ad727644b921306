"""The open page while the app under it is edited: what a person does there stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, expect

from lazyflow.errors import Problem
from lazyflow.nodes.events import Request, Text
from lazyflow.runtime.contract import Ask, NodeStatus, Trouble
from lazyflow.spec.nodes import Control, LocalSpec, WebSpec
from tests.acceptance.browsing import DESKTOP, WARNINGS, ChatPage, chromium
from tests.web.fake_live import Beat, FakeLive
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
HOSTILE = "<img src=x onerror='window.ran=1'><script>window.ran=1</script>"
WEB = WebSpec(
    name="web", target="chat", title="Before", controls=(Control(node="chat", param="system"),), history=("chat",)
)
# Where each paragraph that is seen stands, in pixels.
SEEN = """all => Object.fromEntries(all.map(e => [e.textContent, e.getBoundingClientRect()])
    .filter(([, box]) => box.top > 300 && box.bottom < 600).map(([text, box]) => [text, Math.round(box.top)]))"""


def speak(ask: Ask) -> Sequence[Beat]:
    """A long answer, one that goes on, or one with its request."""
    match ask.message:
        case "long":
            return [Text("\n\n".join(f"Paragraph {number}." for number in range(120)))]
        case "slow":
            return [beat for number in range(200) for beat in (Text(f"word{number} "), 0.02)]
        case _:
            return [Request(("chat",), (("user", ask.message),), ()), Text("Yes.")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(FakeLive(WEB, speak, LocalSpec(name="chat", model="./m.gguf", system="Be kind."))) as served:
        yield served


@pytest.fixture
def chat(browser: Browser, served: Served) -> Iterator[ChatPage]:
    context = browser.new_context(locale="en", reduced_motion="reduce", viewport=DESKTOP)  # type: ignore[arg-type] # a plain dict
    chat = ChatPage(context.new_page(), served.url).open()
    yield chat
    assert chat.page.evaluate("window.ran") is None
    context.close()
    assert chat.errors == []


def edit(chat: ChatPage, served: Served) -> None:
    """A good edit, a bad one, and a model that loads: all that a reload can show."""
    served.do(lambda: served.live.change(title="After", welcome="Anew", examples=("One", "Two")))
    expect(chat.page.locator(".title")).to_have_text("After")
    problem = Problem("LF003", f"unknown key '{HOSTILE}'", "app.yaml", 5, 5, 5, 10, help="did you mean 'model'?")
    served.live.trouble = Trouble(problems=(problem,), failures=(HOSTILE,), restart=("web.port",))
    served.live.nodes = {"chat": NodeStatus(state="loading", stage="starting", fraction=0.5)}
    served.do(served.live.tell)
    expect(chat.page.locator(".banner")).to_contain_text("app.yaml:5:5")
    expect(chat.page.get_by_text("starting 50 %")).to_be_visible()


def test_what_is_read_of_a_long_answer_stays_where_it_is(chat: ChatPage, served: Served) -> None:
    def seen() -> dict[str, int]:
        chat.page.wait_for_timeout(200)
        found: dict[str, int] = chat.answer.locator("p").evaluate_all(SEEN)
        return found

    chat.ask("long")
    chat.answer.get_by_text("Paragraph 40.").scroll_into_view_if_needed()
    chat.page.mouse.move(600, 400)
    chat.page.mouse.wheel(0, -300)
    before = seen()
    assert len(before) > 3
    edit(chat, served)
    assert seen() == pytest.approx(before, abs=2)
    served.live.trouble = Trouble()
    served.live.nodes = {"chat": NodeStatus(state="ready")}
    served.do(served.live.tell)
    expect(chat.page.locator(".banner")).to_be_hidden()
    assert seen() == pytest.approx(before, abs=2)


def test_the_end_of_a_long_answer_stays_in_sight(chat: ChatPage, served: Served) -> None:
    chat.ask("long")
    expect(chat.answer.get_by_text("Paragraph 119.")).to_be_in_viewport()
    edit(chat, served)
    expect(chat.answer.get_by_text("Paragraph 119.")).to_be_in_viewport(ratio=1)


def test_a_running_reply_and_a_draft_go_on(chat: ChatPage, served: Served) -> None:
    chat.say("slow")
    chat.box.fill("my draft")
    chat.box.evaluate("box => box.setSelectionRange(2, 5)")
    expect(chat.answer).to_contain_text("word5 ")
    edit(chat, served)
    assert chat.box.evaluate("box => [box.value, box.selectionStart, box.selectionEnd]") == ["my draft", 2, 5]
    expect(chat.box).to_be_focused()
    expect(chat.answer).to_contain_text("word199", timeout=15_000)
    assert chat.answer.locator(".body").inner_text().split() == [f"word{number}" for number in range(200)]
    assert len([ask for ask in served.live.asked if not ask.overrides]) == 1  # the other one asks for a title


def test_settings_that_are_being_typed_stay_open(chat: ChatPage, served: Served) -> None:
    chat.button("Settings").click()
    settings = chat.page.get_by_role("dialog", name="Settings")
    settings.get_by_label("System prompt", exact=True).last.fill("Half a sent")
    edit(chat, served)
    expect(settings.get_by_label("System prompt", exact=True).last).to_have_value("Half a sent")
    expect(settings).to_be_visible()


def test_an_inspector_that_is_read_stays_open(chat: ChatPage, served: Served) -> None:
    chat.ask("Are you there?")
    chat.answer.get_by_role("button", name="Details").click()
    inspector = chat.page.get_by_role("dialog")
    expect(inspector).to_contain_text("Are you there?")
    edit(chat, served)
    expect(inspector).to_be_visible()
    expect(inspector).to_contain_text("Are you there?")


def test_a_message_that_is_being_edited_and_a_search_stay(chat: ChatPage, served: Served) -> None:
    chat.ask("Are you there?")
    chat.button("Conversations").click()
    search = chat.page.get_by_role("searchbox")
    search.fill("there")
    chat.page.locator("article.user").hover()
    chat.button("Edit").click()
    chat.page.get_by_role("textbox", name="Edit").fill("Are you he")
    edit(chat, served)
    expect(chat.page.get_by_role("textbox", name="Edit")).to_have_value("Are you he")
    expect(search).to_have_value("there")
    expect(search).to_be_visible()


def test_what_the_files_say_is_shown_as_text_alone(chat: ChatPage, served: Served) -> None:
    edit(chat, served)
    banner = chat.page.locator(".banner")
    expect(banner).to_contain_text(f"unknown key '{HOSTILE}'")
    expect(banner.locator("img, script")).to_have_count(0)
    expect(banner).to_contain_text("restart needed for web.port")
    served.do(lambda: served.live.change(title=HOSTILE, welcome="Hello", examples=(HOSTILE,)))
    expect(chat.page.locator(".title")).to_have_text(HOSTILE)
    expect(chat.button(HOSTILE)).to_be_visible()


def test_of_very_many_problems_the_banner_shows_some_and_says_so(chat: ChatPage, served: Served) -> None:
    many = tuple(Problem("LF003", "unknown key 'x'", "app.yaml", line, 1, line, 2) for line in range(1, 601))
    served.live.trouble = Trouble(problems=many)
    served.do(served.live.tell)
    banner = chat.page.locator(".banner")
    expect(banner.locator(".problem")).to_have_count(20)
    expect(banner).to_contain_text("580 more: the terminal shows them all")
    expect(chat.box).to_be_in_viewport()
