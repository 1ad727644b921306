"""The examples on the real model, each on its page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lazyflow.messages import Role
from tests.acceptance.browsing import ChatPage, chromium
from tests.acceptance.example_apps import copy_of
from tests.acceptance.recorded import Recorded, recorded

pytestmark = [pytest.mark.model, pytest.mark.browser]
SPENT = re.compile(r"^\d+(\.\d+)? s · \d+ tokens$")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Recorded]:
    """The example that the test names."""
    with recorded(copy_of(request.param, tmp_path)) as running:
        yield running


@pytest.fixture
def chat(browser: Browser, running: Recorded) -> Iterator[ChatPage]:
    page = browser.new_page(locale="en")
    chat = ChatPage(page, running.url).open()
    yield chat
    assert chat.errors == []
    page.close()


def example(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("running", [name], indirect=True, ids=[name])


def told(running: Recorded) -> list[str]:
    """The system prompt of everything that a model was asked."""
    return [request.messages[0].text for request in running.requests if request.messages[0].role is Role.SYSTEM]


def unfold(chat: ChatPage, *nodes: str) -> None:
    """The steps are folded; opened, each shows its node, its time and its tokens."""
    steps = chat.answer.locator("details.steps")
    expect(steps).to_be_visible()
    expect(steps).not_to_have_attribute("open", "")
    steps.locator("summary").click()
    expect(steps.locator(".node")).to_have_text(list(nodes))
    expect(steps.locator(".time")).to_have_text([SPENT] * len(nodes))


@example("callable")
def test_a_function_is_a_chatbot(chat: ChatPage) -> None:
    assert chat.ask("hello there") == "HELLO THERE !"
    assert chat.ask("again") == "AGAIN !"


@example("chatbot")
def test_the_chatbot_is_told_the_conversation(chat: ChatPage, running: Recorded) -> None:
    assert chat.ask("My name is Ada.").strip()
    assert chat.ask("What is my name?").strip()
    roles = [message.role for message in running.requests[-1].messages]
    assert roles == [Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.USER]


@example("translator")
def test_the_translator_shows_its_first_step_folded_with_its_time(chat: ChatPage, running: Recorded) -> None:
    assert chat.ask("Good morning my freind").strip()
    unfold(chat, "correct")
    first, second = running.requests
    corrected = chat.answer.locator("details.steps .output").inner_text().strip()
    assert corrected
    assert corrected not in first.messages[-1].text
    assert corrected.split()[0] in second.messages[-1].text


@example("second-opinion")
def test_two_opinions_stand_under_their_headings(chat: ChatPage, running: Recorded) -> None:
    said = chat.ask("Should I learn to sail?")
    assert said.index("The optimist") < said.index("The sceptic")
    unfold(chat, "optimist", "sceptic")
    assert len(running.requests) == 2
    assert len(running.loads) == 1


@example("triage")
def test_exactly_one_branch_of_triage_reaches_the_model(chat: ChatPage, running: Recorded) -> None:
    assert chat.ask("Give me a recipe for soup").strip()
    assert told(running) == ["You are a cook. Answer in three sentences."]
    assert chat.ask("How long do I boil an egg?").strip()
    _, question, _ = running.requests
    assert question.grammar == 'root ::= "cook" | "gardener" | "model"'
    unfold(chat, "model")
    expect(chat.answer.locator("details.steps .output")).to_have_text(re.compile("^(cook|gardener|model)$"))


@example("two-bots")
def test_two_pages_on_ports_of_their_own_share_one_loaded_model(
    browser: Browser, chat: ChatPage, running: Recorded
) -> None:
    pirate, poet = running.urls["pirate-page"], running.urls["poet-page"]
    assert (chat.url, pirate == poet) == (pirate, False)
    other = ChatPage(browser.new_page(locale="en"), poet).open()
    expect(chat.page).to_have_title("Pirate")
    expect(other.page).to_have_title("Poet")
    assert chat.ask("Hello!").strip()
    assert other.ask("Hello!").strip()
    assert told(running) == ["You are a pirate. Talk like one.", "You answer in verse."]
    assert chat.ask("And who are you?").strip()
    assert [message.role for message in running.requests[-1].messages].count(Role.USER) == 2
    assert len(running.loads) == 1
    assert other.errors == []
    other.page.close()
