"""Nothing that a model, a person or a file says is executed or fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page, expect

from lazyflow.errors import Problem
from lazyflow.nodes.events import Event, Failure, Notice, Step, Text, Thinking, Usage
from lazyflow.runtime.contract import Ask, NodeStatus, Trouble
from lazyflow.spec.nodes import Theme, WebSpec
from tests.acceptance.browsing import WARNINGS, ChatPage, chromium
from tests.web.fake_live import Beat, FakeLive
from tests.web.payloads import PAYLOADS
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
LONG_ENOUGH = 2000
BATCH = 10
BATCHES = [PAYLOADS[at : at + BATCH] for at in range(0, len(PAYLOADS), BATCH)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def in_pieces(text: str) -> list[Beat]:
    return [beat for at in range(0, len(text), 5) for beat in (Text(text[at : at + 5]), 0.0005)]


def hostile(ask: Ask) -> Sequence[Beat]:
    """A model that says what it was told, in every part of what it tells."""
    said = ask.message
    told: list[Event] = [
        Step(("chat",), "began"),
        Step((said,), "began"),
        Step((said,), "output", said),
        Step((said,), "ended", seconds=0.1),
        Thinking(said),
        Notice("trimmed", said),
        Usage(("chat",), said, 1, 1, None, 0.1, 0.2),
    ]
    return [*told, *in_pieces(said), Failure((said,), said, said)]


def watch(page: Page) -> list[str]:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.on("dialog", lambda dialog: seen.append(f"dialog {dialog.message}"))
    return seen


def assert_nothing_happened(chat: ChatPage, seen: list[str], served: Served) -> None:
    """Follow every link that a person could follow, wait, and count what ran."""
    chat.page.evaluate("document.body.addEventListener('click', e => e.preventDefault())")
    for link in chat.page.locator("article a").all():
        if (link.get_attribute("href") or "").lower().startswith(("http:", "https:", "mailto:")):
            assert link.get_attribute("rel") == "noopener noreferrer"
        elif link.is_visible():
            link.dispatch_event("click")
            link.dispatch_event("mouseover")
    chat.page.wait_for_timeout(LONG_ENOUGH)
    assert chat.page.evaluate("window.ran") is None
    assert [url for url in seen if not url.startswith(served.url)] == []
    assert chat.page.url.startswith(served.url)
    assert (
        chat.page.locator("article :is(script, iframe, img, object, embed, form, style, link, video, audio)").count()
        == 0
    )


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: f"{batch[0][:24]}")
def test_what_a_model_and_a_person_say_is_only_shown(browser: Browser, batch: tuple[str, ...]) -> None:
    with serving(FakeLive(script=hostile)) as served:
        page = browser.new_page(locale="en")
        seen = watch(page)
        chat = ChatPage(page, served.url).open()
        for payload in batch:
            chat.ask(payload)
        expect(chat.questions).to_have_count(len(batch))
        chat.button("Conversations").click()
        expect(page.locator(".shelf .open")).to_be_visible()
        for summary in page.locator("summary").all():
            summary.dispatch_event("click")
        assert_nothing_happened(chat, seen, served)
        page.reload()
        expect(chat.questions).to_have_count(len(batch))
        assert_nothing_happened(chat, seen, served)
        page.close()


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: f"{batch[0][:24]}")
def test_what_the_files_say_is_only_shown(browser: Browser, batch: tuple[str, ...]) -> None:
    text = "\n\n".join(batch)
    web = WebSpec(name="web", target="chat", title=text, welcome=text, examples=batch, theme=Theme(primary=batch[0]))
    live = FakeLive(web)
    problems = tuple(Problem(said, said, said, 1, 1, 1, 2, help=said) for said in batch)
    live.trouble = Trouble(problems=problems, failures=batch, restart=batch)
    live.nodes = {"chat": NodeStatus(state="failed", stage=text, message=text, help=text)}
    with serving(live) as served:
        page = browser.new_page(locale="en")
        seen = watch(page)
        chat = ChatPage(page, served.url).open()
        expect(page.locator(".banner")).to_contain_text(batch[0][:12])
        assert_nothing_happened(chat, seen, served)
        page.close()


def test_the_policy_of_the_page_would_stop_what_slipped_through(browser: Browser) -> None:
    with serving(FakeLive()) as served:
        page = browser.new_page()
        response = page.goto(served.url)
        assert response is not None
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "img-src 'self' data:" in policy
        seen: list[str] = []
        page.on("requestfinished", lambda request: seen.append(request.url))
        page.evaluate("const i = new Image(); i.src = 'http://elsewhere.invalid/x.png'; document.body.append(i)")
        page.evaluate("fetch('http://elsewhere.invalid/').catch(() => 0)")
        page.wait_for_timeout(500)
        assert not [url for url in seen if "elsewhere" in url]
        page.close()
