"""The chat page in a real browser, over an app that answers as it is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from playwright.sync_api import Browser, expect

from lazyflow.errors import Problem
from lazyflow.nodes.events import Text
from lazyflow.runtime.contract import NodeStatus, Trouble
from lazyflow.spec.nodes import Theme, WebSpec
from tests.acceptance.browsing import WARNINGS, ChatPage, chromium
from tests.web.fake_live import Beat, FakeLive
from tests.web.scripts import play
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
WEB = WebSpec(
    name="web",
    target="chat",
    history=("chat",),
    title="Queue advisor",
    welcome="Ask about **queues**.",
    examples=("How do I choose a message queue?", "remember"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(FakeLive(WEB, play)) as served:
        yield served


@pytest.fixture
def chat(browser: Browser, served: Served) -> Iterator[ChatPage]:
    context = browser.new_context(locale="en", reduced_motion="reduce")
    chat = ChatPage(context.new_page(), served.url).open()
    yield chat
    context.close()
    assert chat.errors == []
    assert chat.hosts <= {served.url.split("/")[2], ""}


def test_the_first_page_says_what_the_app_is_and_offers_a_beginning(chat: ChatPage) -> None:
    expect(chat.page).to_have_title("Queue advisor")
    expect(chat.page.get_by_role("heading", name="Queue advisor")).to_be_visible()
    expect(chat.page.locator("strong", has_text="queues")).to_be_visible()
    chat.button("How do I choose a message queue?").click()
    expect(chat.questions).to_have_text(["How do I choose a message queue?"])


def test_an_answer_is_markdown_with_coloured_code_and_an_aligned_table(chat: ChatPage) -> None:
    chat.ask("queue")
    expect(chat.answer.get_by_role("heading", name="Choosing a queue")).to_be_visible()
    expect(chat.answer.locator("li")).to_have_count(3)
    expect(chat.answer.locator("figcaption span").first).to_have_text("python")
    assert chat.answer.locator(".hljs-keyword").count() >= 4
    expect(chat.answer.locator("th").last).to_have_css("text-align", "end")
    expect(chat.answer.locator("td").last).to_have_css("text-align", "end")
    expect(chat.answer.locator(".note")).to_have_text(
        "smollm2-135m-instruct · 128 tokens · 44.3 tokens/s · first token after 0.31 s"
    )


def test_the_context_switch_decides_whether_the_conversation_is_sent(chat: ChatPage) -> None:
    assert chat.ask("remember this") == "history=0 context=True"
    assert chat.ask("remember more") == "history=2 context=True"
    switch = chat.page.get_by_role("switch", name="Use context")
    expect(switch).to_be_checked()
    switch.uncheck()
    assert "context=False" in chat.ask("remember nothing")
    expect(chat.page.get_by_text("Sent without context")).to_be_attached()


def test_there_is_no_context_switch_where_no_node_reads_the_conversation(chat: ChatPage, served: Served) -> None:
    served.do(lambda: served.live.change(history=()))
    expect(chat.page.get_by_role("switch", name="Use context")).to_be_hidden()


def test_stop_ends_the_answer_and_keeps_its_text(chat: ChatPage, served: Served) -> None:
    chat.say("slow")
    expect(chat.answer).to_contain_text("word20 ")
    began = time.monotonic()
    chat.button("Stop").click()
    expect(chat.answer.locator(".note")).to_have_text("Stopped")
    assert time.monotonic() - began < 1
    assert served.live.closed == 1
    assert "word20" in chat.answer.inner_text()
    assert chat.ask("remember") == "history=2 context=True"


def test_escape_stops_and_a_message_meanwhile_waits_in_its_box(chat: ChatPage) -> None:
    chat.say("slow")
    expect(chat.answer).to_contain_text("word5 ")
    chat.say("and another")
    expect(chat.page.get_by_text("Wait for the answer to end, or stop it.")).to_be_visible()
    expect(chat.box).to_have_value("and another")
    chat.box.press("Escape")
    expect(chat.answer.locator(".note")).to_have_text("Stopped")
    expect(chat.questions).to_have_count(1)


def test_shift_enter_makes_a_line_and_what_is_typed_is_shown_as_it_was_typed(chat: ChatPage) -> None:
    chat.box.fill("remember")
    chat.box.press("Shift+Enter")
    chat.box.press_sequentially("  **not bold** <b>x</b>")
    chat.box.press("Enter")
    expect(chat.questions.first).to_have_text("remember\n  **not bold** <b>x</b>", use_inner_text=True)


def test_an_error_is_a_bubble_with_a_remedy_and_retry_keeps_the_conversation(chat: ChatPage, served: Served) -> None:
    chat.ask("remember")
    chat.ask("fail now")
    expect(chat.answer.get_by_role("alert")).to_contain_text("The provider did not answer in time.")
    expect(chat.answer.get_by_role("alert")).to_contain_text("Try again.")
    expect(chat.answers.first).to_contain_text("history=0")
    served.live.script = lambda _: [Text("better now")]
    chat.button("Retry").click()
    expect(chat.answer).to_contain_text("better now")
    expect(chat.questions).to_have_count(2)


def test_thinking_and_steps_are_folded_over_the_answer(chat: ChatPage) -> None:
    chat.ask("think")
    thoughts = chat.answer.locator("summary", has_text="Thought for")
    expect(chat.answer.get_by_text("First, let me think.")).to_be_hidden()
    thoughts.click()
    expect(chat.answer.get_by_text("First, let me think.")).to_be_visible()
    chat.answer.locator("summary", has_text="2 steps").click()
    expect(chat.answer.get_by_text("Look it up.")).to_be_visible()
    expect(chat.answer.get_by_text("The oldest 2 messages were left out.")).to_be_visible()


def test_answer_again_and_edit_keep_the_other_versions(chat: ChatPage) -> None:
    chat.ask("remember one")
    chat.button("Answer again").click()
    expect(chat.answer.get_by_text("2/2")).to_be_visible()
    chat.page.locator("article.user").hover()
    chat.button("Edit").click()
    chat.page.get_by_role("textbox", name="Edit").fill("remember two")
    chat.page.get_by_role("textbox", name="Edit").press("Enter")
    expect(chat.questions).to_have_text(["remember two"])
    expect(chat.page.locator("article.user").get_by_text("2/2")).to_be_visible()
    chat.page.locator("article.user").get_by_label("Previous version").click()
    expect(chat.questions).to_have_text(["remember one"])


def test_reload_second_tab_and_address_show_the_same_conversation(chat: ChatPage, served: Served) -> None:
    chat.ask("remember me")
    address = chat.page.url
    assert "?c=" in address
    chat.page.reload()
    expect(chat.questions).to_have_text(["remember me"])
    other = ChatPage(chat.page.context.new_page(), served.url).open(address.removeprefix(served.url))
    expect(other.questions).to_have_text(["remember me"])
    other.ask("remember too")
    expect(chat.questions).to_have_text(["remember me", "remember too"])
    expect(chat.answer).to_contain_text("history=2")


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(chat: ChatPage, served: Served) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    served.live.script = lambda _: [beat for word in words.split(" ") for beat in (Text(word + " "), 0.02)]
    chat.say("go")
    expect(chat.answer).to_contain_text("word5 ")
    chat.page.reload()
    expect(chat.answer).to_contain_text("word59")
    assert chat.answer.locator(".body").inner_text().strip() == words


def test_a_new_conversation_begins_empty_and_the_old_one_stays(chat: ChatPage) -> None:
    chat.ask("remember")
    old = chat.page.url
    chat.button("New conversation").click()
    expect(chat.answers).to_have_count(0)
    expect(chat.page.get_by_role("heading", name="Queue advisor")).to_be_visible()
    assert chat.ask("remember") == "history=0 context=True"
    assert chat.page.url != old


def test_an_edit_of_the_app_shows_in_place_and_keeps_draft_and_running_answer(chat: ChatPage, served: Served) -> None:
    chat.say("slow")
    chat.box.fill("my draft")
    times = []
    for number in range(5):
        began = time.monotonic()
        served.do(lambda: served.live.change(title=f"Title {number}"))  # noqa: B023 - run before the next round
        expect(chat.page.locator(".title")).to_have_text(f"Title {number}")
        times.append(time.monotonic() - began)
    assert sorted(times)[2] < 0.3
    expect(chat.page).to_have_title("Title 4")
    expect(chat.box).to_have_value("my draft")
    expect(chat.answer).to_contain_text("word50 ")


def test_the_apps_colour_and_mode_are_followed(chat: ChatPage, served: Served) -> None:
    served.do(lambda: served.live.change(theme=Theme(primary="#aa0044", mode="dark")))
    expect(chat.page.locator(".page")).to_have_attribute("data-mode", "dark")
    chat.box.fill("x")
    expect(chat.button("Send")).to_have_css("background-color", "rgb(170, 0, 68)")


def test_problems_in_the_files_are_a_banner_that_a_good_save_clears(chat: ChatPage, served: Served) -> None:
    problem = Problem("LF003", "unknown key '<img src=x onerror=alert(1)>'", "app.yaml", 5, 5, 5, 10, help="did you…?")
    served.live.trouble = Trouble(problems=(problem,), restart=("web.port",))
    served.do(served.live.tell)
    banner = chat.page.locator(".banner")
    expect(banner).to_contain_text("app.yaml:5:5 error[LF003]: unknown key '<img src=x onerror=alert(1)>'")
    expect(banner).to_contain_text("restart needed for web.port")
    served.live.trouble = Trouble()
    served.do(served.live.tell)
    expect(banner).to_be_hidden()


def test_a_model_that_loads_shows_how_far_it_is(chat: ChatPage, served: Served) -> None:
    def loading(fraction: float) -> Callable[[], None]:
        def change() -> None:
            served.live.nodes = {"chat": NodeStatus(state="loading", stage="reading", fraction=fraction)}
            served.live.tell()

        return change

    served.do(loading(0.43))
    expect(chat.page.get_by_role("progressbar", name="Loading chat")).to_have_attribute("value", "43")
    expect(chat.page.get_by_text("reading 43 %")).to_be_visible()
    served.live.nodes = {"chat": NodeStatus(state="failed", message="No such file", help="check the path")}
    served.do(served.live.tell)
    expect(chat.page.get_by_text("No such file")).to_be_visible()
    served.live.nodes = {"chat": NodeStatus(state="ready")}
    served.do(served.live.tell)
    expect(chat.page.get_by_text("No such file")).to_be_hidden()


def test_a_lost_connection_is_told_and_nothing_is_lost_when_it_is_back(chat: ChatPage, served: Served) -> None:
    words = [f"word{number}" for number in range(150)]
    script: list[Beat] = [beat for word in words for beat in (Text(word + " "), 0.02)]
    served.live.script = lambda _: script
    chat.say("go")
    expect(chat.answer).to_contain_text("word5 ")
    served.do(served.drop_connections)
    expect(chat.page.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    expect(chat.page.get_by_text("Connected again")).to_be_visible()
    expect(chat.answer).to_contain_text("word149", timeout=15_000)
    assert chat.answer.locator(".body").inner_text().split() == words


def test_copy_gives_the_code_and_the_answer_as_they_were_written(browser: Browser, served: Served) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], locale="en")
    chat = ChatPage(context.new_page(), served.url).open()
    chat.ask("queue")
    chat.answer.locator("figcaption").get_by_role("button").click()
    code = chat.page.evaluate("navigator.clipboard.readText()")
    assert code.startswith("async def consume(q):\n    async for")
    chat.answer.locator(".actions").get_by_role("button", name="Copy").click()
    assert chat.page.evaluate("navigator.clipboard.readText()").startswith("## Choosing a queue\n\nPick by **")
    context.close()


def test_each_person_sees_only_their_own_conversations(browser: Browser) -> None:
    def person(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str:
        assert cookies == {}
        return next(value for name, value in headers.items() if name.lower() == "x-who")

    with serving(FakeLive(WEB, play), person=person) as served:
        ann = browser.new_context(locale="en", extra_http_headers={"x-who": "ann"})
        hers = ChatPage(ann.new_page(), served.url).open()
        hers.ask("remember my secret")
        bob = browser.new_context(locale="en", extra_http_headers={"x-who": "bob"})
        his = ChatPage(bob.new_page(), served.url).open(hers.page.url.removeprefix(served.url))
        expect(his.questions).to_have_count(0)
        his.button("Conversations").click()
        expect(his.page.get_by_text("No conversations")).to_be_visible()
        assert served.live.asked[-1].person == "ann"
        ann.close()
        bob.close()


@pytest.mark.parametrize(("locale", "send"), [("de-DE", "Senden"), ("zh-CN", "发送"), ("fr-FR", "Send")])
def test_the_page_speaks_the_browsers_language(browser: Browser, served: Served, locale: str, send: str) -> None:
    page = browser.new_page(locale=locale)
    page.goto(served.url)
    expect(page.get_by_role("button", name=send, exact=True)).to_be_visible()
    page.close()
