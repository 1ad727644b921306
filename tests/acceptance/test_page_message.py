"""What can be done with a message: judged, gone on with, answered by another model, deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, expect

from lazyflow.nodes.events import Notice, Step, Text, Usage
from lazyflow.runtime.contract import Ask
from tests.acceptance.browsing import DESKTOP, PHONE, WARNINGS, ChatPage, chromium
from tests.acceptance.test_page_looks import faults
from tests.web.fake_live import Beat, FakeLive
from tests.web.scripts import play
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(FakeLive(script=play, models=("second",))) as served:
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


def going_on(ask: Ask) -> Sequence[Beat]:
    """Half a sentence and a long wait; asked to go on, the other half."""
    if ask.begun:
        return [0.3, Text("jumps over "), Text("the dog.")]
    return [Text("The *quick* brown fox "), 60.0]


def test_a_stopped_answer_is_gone_on_with_in_its_place(chat: ChatPage, served: Served) -> None:
    served.live.script = going_on
    served.do(lambda: served.live.change(target="second"))
    chat.say("fox")
    expect(chat.answer).to_contain_text("brown fox")
    chat.page.keyboard.press("Escape")
    expect(chat.answer.locator(".note")).to_contain_text("Stopped")
    assert faults(chat) == []
    chat.picture("stopped-" + size_of(chat))
    address = chat.page.url.removeprefix(served.url)
    other = ChatPage(chat.page.context.new_page(), served.url).open(address)
    chat.answer.get_by_role("button", name="Continue").click()
    expect(chat.answer).to_contain_text("quick brown fox")
    for page in (chat, other):
        expect(page.answer.locator(".body")).to_have_text("The quick brown fox jumps over the dog.")
        expect(page.answers).to_have_count(1)
        expect(page.answer.get_by_role("button", name="Continue")).to_be_hidden()
    answering = [ask for ask in served.live.asked if not ask.overrides]  # the others ask for a title
    assert answering[-1].begun == "The *quick* brown fox "
    chat.page.reload()
    expect(chat.answer.locator(".body")).to_have_text("The quick brown fox jumps over the dog.")
    other.page.close()


def test_a_continued_answer_can_be_stopped_and_continued_again(chat: ChatPage, served: Served) -> None:
    served.live.script = lambda ask: [Text(f"{len(ask.begun)} "), 60.0]
    served.do(lambda: served.live.change(target="second"))
    chat.say("count")
    expect(chat.answer.locator(".body")).to_have_text("0")
    for text in ("0 2", "0 2 4"):
        chat.button("Stop").click()
        chat.answer.get_by_role("button", name="Continue").click()
        expect(chat.answer.locator(".body")).to_have_text(text)
    chat.button("Stop").click()
    expect(chat.answer.locator(".note")).to_contain_text("Stopped")


def test_another_model_answers_beside_the_first_answer_and_is_named(chat: ChatPage, served: Served) -> None:
    def answer(ask: Ask) -> Sequence[Beat]:
        return [Text(f"I am {ask.entry}."), Usage((ask.entry,), f"{ask.entry}-model", completion_tokens=4)]

    served.live.script = answer
    chat.ask("who?")
    expect(chat.answer.locator(".note")).to_have_text("chat · chat-model · 4 tokens")
    again = chat.answer.get_by_role("button", name="Answer again")
    again.focus()
    chat.page.keyboard.press("Enter")
    items = chat.page.get_by_role("menuitem")
    expect(items).to_have_text(["Same again", "Answer with second"])
    expect(items.first).to_be_focused()
    assert faults(chat) == []
    chat.picture("models-" + size_of(chat))
    chat.page.keyboard.press("ArrowDown")
    chat.page.keyboard.press("Enter")
    expect(chat.answer.locator(".body")).to_have_text("I am second.")
    expect(chat.answer.locator(".note")).to_have_text("second · second-model · 4 tokens")
    chat.answer.get_by_role("button", name="Answer again").click()
    expect(chat.page.get_by_role("menuitem")).to_have_text(["Same again", "Answer with chat"])
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("menu")).to_have_count(0)
    chat.answer.get_by_label("Previous version").click()
    expect(chat.answer.locator(".body")).to_have_text("I am chat.")


def test_a_deleted_message_is_gone_everywhere_until_that_is_undone(chat: ChatPage, served: Served) -> None:
    chat.ask("remember one")
    chat.ask("remember two")
    other = ChatPage(chat.page.context.new_page(), served.url).open(chat.page.url.removeprefix(served.url))
    second = chat.page.locator("article.user").last
    second.hover()
    second.get_by_role("button", name="Delete this and what follows").click()
    for page in (chat, other):
        expect(page.questions).to_have_text(["remember one"])
        expect(page.answers).to_have_count(1)
    expect(chat.button("Undo")).to_be_focused()
    assert faults(chat) == []
    chat.picture("deleted-" + size_of(chat))
    other.page.reload()
    expect(other.questions).to_have_text(["remember one"])
    other.page.keyboard.press("Control+k")
    other.page.keyboard.type("remember two")
    expect(other.page.get_by_text("No conversations")).to_be_visible()
    conversation = chat.page.url.rpartition("=")[2]
    exported = chat.page.request.get(f"{served.url}conversations/{conversation}.json").text()
    assert "remember one" in exported
    assert "remember two" not in exported
    chat.button("Undo").click()
    for page in (chat, other):
        expect(page.questions).to_have_text(["remember one", "remember two"])
    expect(chat.button("Undo")).to_have_count(0)
    other.page.close()


def test_a_question_whose_answer_was_deleted_can_be_answered_again(chat: ChatPage) -> None:
    chat.ask("remember one")
    chat.answer.get_by_role("button", name="Delete this and what follows").click()
    expect(chat.answers).to_have_count(0)
    chat.page.locator("article.user").hover()
    chat.page.locator("article.user").get_by_role("button", name="Answer again").click()
    expect(chat.answer.locator(".body")).to_have_text("history=0 context=True")
    expect(chat.questions).to_have_text(["remember one"])


def test_the_place_in_line_moves_and_goes_when_the_answer_begins(chat: ChatPage, served: Served) -> None:
    line = [Notice("queued", f"waiting for the model, place {place} in the queue", place) for place in (3, 2)]

    def wait(_: Ask) -> Sequence[Beat]:
        return [line[0], 0.6, line[1], 0.6, Notice("queued", "chat: the model is loading"), 0.6, Text("Your turn.")]

    served.live.script = wait
    chat.say("hello")
    queue = chat.answer.get_by_role("status")
    for words in ("Waiting in line: place 3", "Waiting in line: place 2", "chat: the model is loading"):
        expect(queue).to_have_text(words)
    chat.picture("queue-" + size_of(chat))
    expect(chat.answer.locator(".body")).to_have_text("Your turn.")
    expect(queue).to_be_hidden()
    assert "place" not in chat.answer.inner_text()


def test_a_diagram_is_a_block_of_its_text_and_a_picture_is_a_link(chat: ChatPage, served: Served) -> None:
    diagram = "graph TD\n  A[<b>x</b>] --> B\n"
    served.live.script = lambda _: [Text(f"```mermaid\n{diagram}```\n\n![a cat](https://elsewhere.invalid/cat.png)")]
    chat.ask("draw")
    expect(chat.answer.locator("figcaption span").first).to_have_text("mermaid")
    assert chat.answer.locator("pre code").inner_text().strip() == diagram.strip()
    expect(chat.answer.get_by_role("link", name="a cat")).to_have_attribute("href", "https://elsewhere.invalid/cat.png")
    expect(chat.answer.locator("img, svg.mermaid")).to_have_count(0)


def test_the_steps_of_an_answer_show_their_time_and_tokens(chat: ChatPage, served: Served) -> None:
    path = ("flow", "plan")
    served.live.script = lambda _: [
        Step(path, "began"), Step(path, "output", "Look it up."), Usage((*path, "small"), "m", completion_tokens=12),
        Step(path, "ended", seconds=1.25), Step(("flow", "write"), "began"), Text("Done."),
        Step(("flow", "write"), "ended", seconds=0.5), Usage(("flow", "write"), "m", completion_tokens=7),
    ]  # fmt: skip
    chat.ask("go")
    chat.answer.locator(".steps summary").click()
    expect(chat.answer.locator(".steps .time")).to_have_text(["1.25 s · 12 tokens", "0.5 s · 7 tokens"])


def test_with_the_keyboard_alone_one_goes_on_after_an_edit_and_an_undo(browser: Browser, served: Served) -> None:
    context = browser.new_context(locale="en", reduced_motion="reduce", viewport=DESKTOP)  # type: ignore[arg-type] # a plain dict
    chat = ChatPage(context.new_page(), served.url).open()
    chat.ask("remember me")
    edit = chat.page.locator("article.user").get_by_role("button", name="Edit")
    edit.press("Enter")
    chat.page.keyboard.press("Escape")
    expect(edit).to_be_focused()
    edit.press("Enter")
    chat.page.keyboard.type("remember this")
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_text("2/2")).to_be_visible()
    expect(chat.box).to_be_focused()
    chat.answer.get_by_role("button", name="Delete this and what follows").press("Enter")
    expect(chat.answers).to_have_count(0)
    chat.button("Undo").press("Enter")
    expect(chat.answers).to_have_count(1)
    expect(chat.box).to_be_focused()
    context.close()


def test_a_long_message_shows_its_beginning_until_all_is_asked_for(chat: ChatPage) -> None:
    text = "\n".join(f"Line {number} of what I copied." for number in range(400))
    chat.ask(text)
    bubble = chat.questions.last
    assert bubble.bounding_box()["height"] < 400  # type: ignore[index] # it is shown
    chat.button("Show all").click()
    assert bubble.bounding_box()["height"] > 4000  # type: ignore[index] # it is shown
    expect(bubble).to_have_text(text)
    chat.button("Show less").click()
    assert bubble.bounding_box()["height"] < 400  # type: ignore[index] # it is shown
    expect(chat.button("Show all")).to_be_in_viewport()
    chat.picture("long-message-desktop-light")
    chat.questions.last.hover()
    chat.button("Edit").last.click()
    expect(chat.button("Show all")).to_be_hidden()
    chat.page.get_by_role("textbox", name="Edit").fill("short")
    chat.page.keyboard.press("Enter")
    expect(chat.questions).to_have_text(["short"])
    expect(chat.button("Show all")).to_be_hidden()


def test_enter_takes_the_word_of_an_input_method_first_and_sends_next(chat: ChatPage) -> None:
    keys = chat.page.context.new_cdp_session(chat.page)
    chat.box.focus()
    keys.send("Input.imeSetComposition", {"text": "nihon", "selectionStart": 5, "selectionEnd": 5})
    # As a system sends it while its input method is at work.
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    expect(chat.questions).to_have_count(0)
    keys.send("Input.insertText", {"text": "日本"})
    expect(chat.box).to_have_value("日本")
    chat.box.press("Enter")
    expect(chat.questions).to_have_text(["日本"])
