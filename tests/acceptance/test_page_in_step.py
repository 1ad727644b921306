"""Two tabs and a second browser of one person: what is done in one of them is seen in all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from lazyflow.nodes.events import Text
from lazyflow.runtime.contract import Ask
from lazyflow.spec.nodes import LocalSpec
from lazyflow.web.titles import WANTED
from tests.acceptance.browsing import WARNINGS, ChatPage, chromium
from tests.web.fake_live import Beat, FakeLive
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def slowly(ask: Ask) -> list[Beat]:
    words = range(300 if "slow" in ask.message else 3)
    return [beat for number in words for beat in (Text(f"word{number} "), 0.02)]


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(FakeLive(script=slowly)) as served:
        yield served


@pytest.fixture
def pages(browser: Browser, served: Served) -> Iterator[tuple[ChatPage, ChatPage, ChatPage]]:
    """A tab, another tab beside it, and another browser; all show one conversation that has begun."""
    here, elsewhere = browser.new_context(locale="en"), browser.new_context(locale="en")
    first = ChatPage(here.new_page(), served.url).open()
    first.ask("hello")
    where = first.page.url.removeprefix(served.url)
    second, third = (ChatPage(context.new_page(), served.url).open(where) for context in (here, elsewhere))
    for chat in (second, third):
        expect(chat.questions).to_have_text(["hello"])
    yield first, second, third
    assert [chat.errors for chat in (first, second, third)] == [[], [], []]
    here.close()
    elsewhere.close()


def test_a_message_and_its_answer_appear_everywhere_as_they_stream(pages: tuple[ChatPage, ...]) -> None:
    first, *others = pages
    first.say("slow")
    for chat in others:
        expect(chat.questions).to_have_text(["hello", "slow"])
        expect(chat.answer).to_contain_text("word5 ")
        assert "word299" not in chat.answer.inner_text()
        expect(chat.button("Stop")).to_be_visible()
    # The answer can be stopped from where it was not asked for.
    others[1].button("Stop").click()
    texts = set()
    for chat in pages:
        expect(chat.answer.locator(".note")).to_have_text("Stopped")
        expect(chat.button("Stop")).to_be_hidden()
        texts.add(chat.answer.locator(".body").inner_text().strip())
    assert len(texts) == 1


def test_what_is_typed_on_a_page_is_its_own(pages: tuple[ChatPage, ...]) -> None:
    first, second, _ = pages
    second.box.fill("a draft")
    first.ask("quick")
    expect(second.questions).to_have_text(["hello", "quick"])
    expect(second.box).to_have_value("a draft")


def test_branches_deletions_and_thumbs_follow(pages: tuple[ChatPage, ...]) -> None:
    first, second, third = pages
    second.button("Answer again").click()
    for chat in pages:
        expect(chat.answer.get_by_text("2/2")).to_be_visible()
    third.answer.get_by_label("Previous version").click()
    for chat in pages:
        expect(chat.answer.get_by_text("1/2")).to_be_visible()
    first.button("Good answer").click()
    for chat in pages:
        expect(chat.button("Good answer")).to_have_attribute("aria-pressed", "true")
    first.answer.get_by_label("Delete this and what follows").click()
    for chat in pages:
        expect(chat.answer.get_by_text("2/2")).to_be_hidden()
        expect(chat.answers).to_have_count(1)
    first.button("Undo").click()
    for chat in pages:
        expect(chat.answer.get_by_text("1/2")).to_be_visible()


def test_the_list_follows_on_every_page(pages: tuple[ChatPage, ...]) -> None:
    first, second, third = pages
    for chat in pages:
        chat.button("Conversations").click()
        expect(chat.page.locator(".shelf .open > span")).to_have_text(["hello"])
    second.page.locator(".shelf li").hover()
    second.page.get_by_role("button", name="Rename").click()
    second.page.get_by_label("Title").fill("Greetings")
    # A page on which a title is being typed is not disturbed by what others do.
    third.button("New conversation").click()
    expect(third.answers).to_have_count(0)
    third.ask("another")
    expect(first.page.locator(".shelf .open > span")).to_have_text(["another", "hello"])
    expect(second.page.get_by_label("Title")).to_have_value("Greetings")
    second.page.get_by_label("Title").press("Enter")
    for chat in pages:
        expect(chat.page.locator(".shelf .open > span")).to_have_text(["another", "Greetings"])
    # Deleted here, it is left there: a page that showed it begins anew and keeps its draft.
    second.box.fill("a draft")
    line = first.page.locator(".shelf li").last
    line.hover()
    line.get_by_role("button", name="Delete").click()
    expect(second.answers).to_have_count(0)
    expect(second.box).to_have_value("a draft")
    expect(third.questions).to_have_text(["another"])
    for chat in pages:
        expect(chat.page.locator(".shelf .open > span")).to_have_text(["another"])
    first.button("Undo").click()
    for chat in pages:
        expect(chat.page.locator(".shelf .open > span")).to_have_text(["another", "Greetings"])


def test_the_list_keeps_the_focus_as_it_moves(pages: tuple[ChatPage, ...]) -> None:
    first, second, _ = pages
    second.button("Conversations").click()
    second.page.locator(".shelf .open").focus()
    first.ask("more")
    first.button("New conversation").click()
    expect(first.answers).to_have_count(0)
    first.ask("another")
    expect(second.page.locator(".shelf .open > span")).to_have_text(["another", "hello"])
    expect(second.page.locator(".shelf .open").last).to_be_focused()


def test_a_title_that_the_model_makes_appears_in_the_list(browser: Browser) -> None:
    def script(ask: Ask) -> list[Beat]:
        return [0.2, Text("**Bread** without yeast")] if ask.message == WANTED else [Text("Use baking soda.")]

    with serving(FakeLive(chat=LocalSpec(name="chat", model="m.gguf"), script=script)) as served:
        page = browser.new_page(locale="en")
        chat = ChatPage(page, served.url).open()
        chat.button("Conversations").click()
        chat.ask("How do I bake bread without yeast?")
        expect(page.locator(".shelf .open > span")).to_have_text(["Bread without yeast"])
        page.close()
