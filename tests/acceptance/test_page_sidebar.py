"""The list of conversations: found, renamed, pinned, deleted and brought back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from lazyflow.messages import Role
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.in_memory import InMemory
from tests.acceptance.browsing import PHONE, WARNINGS, ChatPage, chromium
from tests.acceptance.test_page_looks import faults
from tests.web.fake_live import FakeLive
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(FakeLive()) as served:
        yield served


@pytest.fixture
def chat(browser: Browser, served: Served) -> Iterator[ChatPage]:
    context = browser.new_context(locale="en", reduced_motion="reduce")
    chat = ChatPage(context.new_page(), served.url).open()
    for question in ("How do queues work?", "Bake a cake"):
        chat.ask(question)
        chat.button("New conversation").click()
        expect(chat.answers).to_have_count(0)
    yield chat
    context.close()
    assert chat.errors == []


def titles(chat: ChatPage) -> Locator:
    return chat.page.locator(".shelf .open > span")


def test_the_list_shows_conversations_by_day_and_opens_them(chat: ChatPage) -> None:
    chat.button("Conversations").click()
    expect(titles(chat)).to_have_text(["Bake a cake", "How do queues work?"])
    expect(chat.page.get_by_role("heading", name="Today")).to_be_visible()
    titles(chat).last.click()
    expect(chat.questions).to_have_text(["How do queues work?"])
    chat.ask("And stacks?")
    expect(titles(chat)).to_have_text(["How do queues work?", "Bake a cake"])
    assert faults(chat) == []
    chat.picture("sidebar-desktop-light")


def test_control_k_seeks_in_all_that_was_said(chat: ChatPage) -> None:
    chat.page.keyboard.press("Control+k")
    chat.page.keyboard.type("you said: bake")
    expect(titles(chat)).to_have_text(["Bake a cake"])
    chat.page.get_by_label("Search conversations").fill("nothing like this")
    expect(chat.page.get_by_text("No conversations")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_label("Search conversations")).to_be_hidden()


def test_a_conversation_is_renamed_pinned_deleted_and_brought_back(chat: ChatPage) -> None:
    chat.button("Conversations").click()
    line = chat.page.locator(".shelf li").last
    line.hover()
    line.get_by_role("button", name="Rename").click()
    chat.page.get_by_label("Title").fill("<b>Queues</b>")
    chat.page.get_by_label("Title").press("Enter")
    expect(titles(chat)).to_have_text(["Bake a cake", "<b>Queues</b>"])
    line.hover()
    line.get_by_role("button", name="Pin").click()
    expect(titles(chat)).to_have_text(["<b>Queues</b>", "Bake a cake"])
    expect(chat.page.get_by_role("heading", name="Pinned")).to_be_visible()
    line.hover()
    line.get_by_role("button", name="Delete").click()
    expect(titles(chat)).to_have_text(["<b>Queues</b>"])
    chat.button("Undo").click()
    expect(titles(chat)).to_have_text(["<b>Queues</b>", "Bake a cake"])


def test_what_was_sought_is_marked_where_it_was_found(chat: ChatPage) -> None:
    chat.ask(f"{'Many words before it. ' * 20}Äpfel {'and after it. ' * 20}")
    chat.page.keyboard.press("Control+k")
    chat.page.get_by_label("Search conversations").fill("äpfel")
    expect(chat.page.locator(".shelf mark")).to_have_text("Äpfel")
    expect(chat.page.locator(".shelf mark")).to_be_in_viewport(ratio=1)
    place, line = (chat.page.locator(f".shelf {one}").bounding_box() for one in ("mark", "small"))
    assert place is not None
    assert line is not None
    assert place["y"] + place["height"] <= line["y"] + line["height"] + 1
    assert faults(chat) == []
    chat.picture("search-desktop-light")


def test_with_the_keyboard_alone_one_goes_on_where_one_was(chat: ChatPage) -> None:
    def press(name: str, *keys: str) -> None:
        line.get_by_role("button", name=name).focus()
        for key in ("Enter", *keys):
            chat.page.keyboard.press(key)

    chat.button("Conversations").click()
    line = chat.page.locator(".shelf li").last
    press("Rename", "Escape")
    expect(line.get_by_role("button", name="Rename")).to_be_focused()
    press("Rename", "Q", "Enter")
    expect(titles(chat)).to_have_text(["Bake a cake", "Q"])
    expect(line.get_by_role("button", name="Rename")).to_be_focused()
    press("Pin")
    expect(chat.page.get_by_role("button", name="Unpin")).to_be_focused()
    chat.page.get_by_role("button", name="Unpin").press("Enter")
    expect(titles(chat)).to_have_text(["Bake a cake", "Q"])
    press("Delete")
    expect(titles(chat)).to_have_text(["Bake a cake"])
    expect(chat.button("Undo")).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(titles(chat)).to_have_text(["Bake a cake", "Q"])
    expect(line.locator(".open")).to_be_focused()


def test_the_browsers_way_back_leads_through_the_conversations(chat: ChatPage) -> None:
    chat.button("Conversations").click()
    titles(chat).first.click()
    expect(chat.questions).to_have_text(["Bake a cake"])
    titles(chat).last.click()
    expect(chat.questions).to_have_text(["How do queues work?"])
    chat.page.go_back()
    expect(chat.questions).to_have_text(["Bake a cake"])
    expect(chat.page.locator(".open[aria-current]")).to_have_text("Bake a cake")
    chat.page.go_back()
    expect(chat.questions).to_have_count(0)
    chat.page.go_forward()
    chat.page.go_forward()
    expect(chat.questions).to_have_text(["How do queues work?"])
    chat.button("New conversation").click()
    expect(chat.questions).to_have_count(0)
    chat.ask("Third")
    chat.page.go_back()
    expect(chat.questions).to_have_text(["How do queues work?"])
    # The address that was left for the new conversation is its own now.
    chat.page.go_forward()
    expect(chat.questions).to_have_text(["Third"])


def test_what_was_deleted_is_no_step_of_the_way_back(chat: ChatPage) -> None:
    chat.button("Conversations").click()
    titles(chat).last.click()
    titles(chat).first.click()
    expect(chat.questions).to_have_text(["Bake a cake"])
    line = chat.page.locator(".shelf li").first
    line.hover()
    line.get_by_role("button", name="Delete").click()
    expect(chat.questions).to_have_count(0)
    chat.page.go_back()
    expect(chat.questions).to_have_text(["How do queues work?"])


def test_the_open_conversation_may_be_deleted(chat: ChatPage) -> None:
    chat.button("Conversations").click()
    titles(chat).first.click()
    expect(chat.questions).to_have_count(1)
    line = chat.page.locator(".shelf li").first
    line.hover()
    line.get_by_role("button", name="Delete").click()
    expect(chat.questions).to_have_count(0)
    expect(titles(chat)).to_have_text(["How do queues work?"])


def test_on_a_phone_the_list_lies_over_the_page_and_goes_when_one_chose(browser: Browser, served: Served) -> None:
    context = browser.new_context(locale="en", viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type] # a plain dict
    chat = ChatPage(context.new_page(), served.url).open()
    chat.ask("How do queues work?")
    chat.button("New conversation").click()
    chat.button("Conversations").click()
    expect(titles(chat)).to_have_text(["How do queues work?"])
    chat.picture("sidebar-phone-light")
    assert faults(chat) == []
    titles(chat).first.click()
    expect(titles(chat)).to_be_hidden()
    expect(chat.questions).to_have_text(["How do queues work?"])
    context.close()


async def talk(kept: InMemory, count: int) -> None:
    for number in range(count):
        said = Entry(id="q", parent=None, role=Role.USER, text=f"Talk {number}")
        await kept.save(Conversation(id=f"c{number}").with_entry(said), said)


def test_a_long_list_grows_as_one_scrolls_and_with_the_keyboard(browser: Browser) -> None:
    kept = InMemory()
    with serving(FakeLive(), conversations=kept) as served:
        asyncio.run_coroutine_threadsafe(talk(kept, 501), served.loop).result(10)
        context = browser.new_context(locale="en")
        chat = ChatPage(context.new_page(), served.url).open()
        chat.button("Conversations").click()
        expect(titles(chat)).to_have_count(200)
        chat.page.locator(".shelf").evaluate("list => list.scrollTo(0, list.scrollHeight)")
        expect(titles(chat)).to_have_count(400)
        chat.button("Show more").focus()
        chat.page.keyboard.press("Enter")
        expect(titles(chat)).to_have_count(501)
        # One goes on with the first of those that came.
        expect(chat.page.locator(".shelf .open").nth(400)).to_be_focused()
        expect(chat.button("Show more")).to_have_count(0)
        chat.page.keyboard.press("Control+k")
        chat.page.keyboard.type("talk")
        expect(titles(chat)).to_have_count(200)
        assert chat.errors == []
        context.close()


def test_a_hit_leads_to_its_place_in_the_message(chat: ChatPage) -> None:
    chat.ask(
        "\n".join([*(f"Line {n} of many" for n in range(200)), "A Needle in it", *(f"Line {n}" for n in range(200))])
    )
    for number in range(8):
        chat.ask(f"More talk {number}")
    chat.page.keyboard.press("Control+k")
    chat.page.keyboard.type("a needle")
    hit = chat.page.locator(".shelf .open", has=chat.page.locator("mark"))
    expect(hit).to_have_count(1)
    hit.click()
    expect(chat.page.locator("article.assistant").nth(0)).to_be_in_viewport()
    # In Chromium's words: where the marked text is.
    place = chat.page.evaluate(
        """() => {
          const [range] = CSS.highlights.get('sought')
          return {top: range.getBoundingClientRect().top, text: String(range)}
        }"""
    )
    assert place["text"] == "A Needle"
    assert 48 < place["top"] < chat.page.viewport_size["height"] * 0.6  # type: ignore[index] # it has one
    chat.picture("search-place-desktop-light")


def test_a_hit_in_another_branch_shows_that_branch(chat: ChatPage) -> None:
    chat.ask("The first wording")
    chat.questions.last.hover()
    chat.button("Edit").last.click()
    chat.page.get_by_role("textbox", name="Edit").fill("Quite another")
    chat.page.keyboard.press("Enter")
    expect(chat.answer).to_contain_text("Quite another")
    chat.button("New conversation").click()
    chat.page.keyboard.press("Control+k")
    chat.page.keyboard.type("first wording")
    chat.page.locator(".shelf .open", has=chat.page.locator("mark")).click()
    expect(chat.questions).to_have_text(["The first wording"])
    expect(chat.answer).to_contain_text("The first wording")
