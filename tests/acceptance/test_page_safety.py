"""Nothing that a model, a person, a file or an import says is executed or fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from lazyflow.errors import Problem
from lazyflow.messages import Role
from lazyflow.nodes.events import Event, Failure, Notice, Request, Step, Text, Thinking, Usage
from lazyflow.runtime.contract import Ask, NodeStatus, Trouble
from lazyflow.spec.nodes import Theme, WebSpec
from lazyflow.store.conversation import Conversation, Entry, Feedback, StepTaken
from lazyflow.store.export import to_json
from lazyflow.store.summary import Summary
from tests.acceptance.browsing import WARNINGS, ChatPage, chromium
from tests.web.fake_live import Beat, FakeLive
from tests.web.payloads import PAYLOADS
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
LONG_ENOUGH = 2000
"""Milliseconds in which whatever was loaded or timed would have run."""
OWN = ("/", "/static/", "/components/", "/conversations")
BATCH = 49
BATCHES = [PAYLOADS[at : at + BATCH] for at in range(0, len(PAYLOADS), BATCH)]
batches = pytest.mark.parametrize("batch", BATCHES, ids=range(len(BATCHES)))
# Every element that the page shows, in shadow roots too: what could run, lead or load from somewhere.
FAULTS = """() => {
  const found = [], forbidden = 'script, iframe, frame, img, image, object, embed, form, link, video, audio, base, meta'
  const walk = root => { for (const e of root.querySelectorAll('*')) {
    if (e.shadowRoot) walk(e.shadowRoot)
    if (!e.closest('.page')) continue
    if (e.matches(forbidden) || (e.matches('article style, .banner style'))) found.push(e.outerHTML.slice(0, 200))
    for (const {name, value} of e.attributes) {
      const leads = /^(xlink:)?href$|^src|action$|^(poster|background|ping|data)$/.test(name)
      if (name.startsWith('on') || (leads && !/^(https?:|mailto:|#)/i.test(value) && value !== '')
        || (name === 'style' && /url\\(|expression/i.test(value))) found.push(e.outerHTML.slice(0, 200))
    }
    if (e.matches('article a[href], .welcome a[href]') && e.rel !== 'noopener noreferrer') found.push(e.outerHTML)
  } }
  walk(document)
  return found
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Watched:
    """A page of which all is written down that must not happen."""

    def __init__(self, browser: Browser, served: Served) -> None:
        self.happened: list[str] = []
        self.origin = served.url
        self.context = browser.new_context(locale="en")
        self.page = page = self.context.new_page()
        page.expose_function("ran", lambda number: self.happened.append(f"ran {PAYLOADS[number]}"))
        page.on("dialog", lambda dialog: self.happened.append(f"dialog {dialog.message}"))
        page.on("download", lambda download: self.happened.append(f"download {download.url}"))
        self.context.on("page", lambda other: self.happened.append(f"opened {other.url}"))
        self.context.on("request", lambda request: self.requested(request.url))
        self.chat = ChatPage(page, served.url).open()

    def requested(self, url: str) -> None:
        parts = urlsplit(url)
        own = url.startswith(self.origin) and (parts.path == "/" or parts.path.startswith(OWN[1:]))
        if not (own or parts.scheme == "data"):
            self.happened.append(f"requested {url}")

    def assert_nothing_happened(self) -> None:
        self.page.wait_for_timeout(LONG_ENOUGH)
        assert self.page.evaluate(FAULTS) == []
        assert self.happened == []
        assert self.page.url.startswith(self.origin)

    def close(self) -> None:
        self.context.close()
        assert self.happened == []


def in_pieces(text: str) -> list[Beat]:
    return [beat for at in range(0, len(text), 5) for beat in (Text(text[at : at + 5]), 0.0005)]


def hostile(ask: Ask) -> Sequence[Beat]:
    """A model that says what it was told, in every part of what it tells."""
    said = ask.message
    told: list[Event] = [
        Step(("chat",), "began"),
        Notice("queued", said),
        Request((said,), ((said, said),), ((said, said),)),
        Step((said,), "began"),
        Step((said,), "output", said),
        Step((said,), "ended", seconds=0.1),
        Thinking(said),
        Notice("trimmed", said),
        Usage((said,), said, 1, 1, None, 0.1, 0.2),
    ]
    return [*told, *in_pieces(said), Failure((said,), said, said)]


@batches
def test_what_a_model_and_a_person_say_is_only_shown(browser: Browser, batch: Sequence[str]) -> None:
    with serving(FakeLive(script=hostile)) as served:
        watched = Watched(browser, served)
        chat, page = watched.chat, watched.page
        for payload in batch:
            chat.ask(payload)
            chat.answer.get_by_label("Details").dispatch_event("click")
            expect(page.locator("dialog .call").first).to_be_visible()
            page.keyboard.press("Escape")
        expect(chat.questions).to_have_count(len(batch))
        for summary in page.locator("summary").all():
            summary.dispatch_event("click")
        watched.assert_nothing_happened()
        page.reload()
        expect(chat.questions).to_have_count(len(batch))
        watched.assert_nothing_happened()
        watched.close()


@batches
def test_what_the_files_say_is_only_shown(browser: Browser, batch: Sequence[str]) -> None:
    web = WebSpec(name="web", target="chat", title=batch[0], welcome="\n\n".join(batch), examples=tuple(batch))
    live = FakeLive(web, models=batch)
    problems = tuple(Problem(said, said, said, 1, 1, 1, 2, help=said) for said in batch)
    live.trouble = Trouble(problems=problems, failures=tuple(batch), restart=tuple(batch))
    live.nodes = {"chat": NodeStatus(state="failed", stage=batch[0], message=batch[0], help=batch[0])}
    with serving(live) as served:
        watched = Watched(browser, served)
        expect(watched.page.locator(".banner")).to_be_visible()
        for number, payload in enumerate(batch):
            served.do(lambda: live.change(title=payload, welcome=payload, theme=Theme(primary=payload)))  # noqa: B023 - run at once
            live.nodes = {"chat": NodeStatus(state=("loading", "failed")[number % 2], stage=payload, message=payload)}
            served.do(live.tell)
            watched.page.wait_for_timeout(30)
        live.nodes = {}
        watched.chat.ask("x")
        # The menu with every model's name.
        watched.chat.button("Answer again").click()
        watched.assert_nothing_happened()
        watched.close()


def imported(payload: str, number: int) -> tuple[Summary, Conversation]:
    question = Entry(id="q", parent=None, role=Role.USER, text=payload)
    answer = Entry(
        id="a",
        parent="q",
        role=Role.ASSISTANT,
        text=payload,
        state="stopped",
        node=payload,
        thinking=payload,
        thinking_seconds=1.0,
        steps=(StepTaken(path=(payload,), state="failed", output=payload),),
        notices=(payload,),
        usages=(Usage((payload,), payload, 1, 1),),
        failure=Failure((payload,), payload, payload),
        feedback=Feedback(good=False, note=payload),
    )
    conversation = Conversation(id=f"c{number}").with_entry(question).with_entry(answer)
    return Summary(id=conversation.id, title=payload, created=1.0, updated=float(number)), conversation


def theirs(batch: Sequence[str]) -> str:
    """An export of Open WebUI."""
    return json.dumps([{"id": "x", "title": said, "chat": {"title": said, "models": [said], "history": {
        "currentId": "2", "messages": {
            "1": {"id": "1", "parentId": None, "childrenIds": ["2"], "role": "user", "content": said, "timestamp": 1},
            "2": {"id": "2", "parentId": "1", "childrenIds": [], "role": "assistant", "content": said, "model": said,
                  "timestamp": 2},
        }}}} for said in batch])  # fmt: skip


@batches
def test_what_an_import_brings_is_only_shown(browser: Browser, batch: Sequence[str]) -> None:
    with serving(FakeLive()) as served:
        watched = Watched(browser, served)
        chat, page = watched.chat, watched.page
        chat.button("Conversations").click()
        names = iter((batch[0], batch[1].replace("/", " ")))
        for text in (to_json(imported(said, number) for number, said in enumerate(batch)), theirs(batch), "no JSON"):
            file: Any = {
                "name": f"{next(names, batch[2])}.json",
                "mimeType": "application/json",
                "buffer": text.encode(),
            }
            page.locator(".transfer input").set_input_files(file)
            expect(page.locator(".transfer")).to_contain_text("no JSON" if text == "no JSON" else f": {len(batch)}")
        lines = page.locator(".shelf .open")
        expect(lines).to_have_count(2 * len(batch))
        for at in range(2 * len(batch)):
            line = lines.nth(at).locator("xpath=..").get_attribute("data-c")
            lines.nth(at).dispatch_event("click")
            page.wait_for_function("id => location.search === '?c=' + id", arg=line)
            expect(chat.answers).to_have_count(1)
            for summary in page.locator("summary").all():
                summary.dispatch_event("click")
        # What is found is shown with the words around it.
        page.get_by_label("Search conversations").fill("x")
        expect(page.locator(".shelf small").first).to_be_visible()
        watched.assert_nothing_happened()
        watched.close()


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


def test_the_watch_would_notice(browser: Browser) -> None:
    with serving(FakeLive()) as served:
        watched = Watched(browser, served)
        chat = watched.chat
        chat.ask("x")
        body = chat.answer.locator(".body")
        body.evaluate("e => { e.innerHTML = '<img src=/gone.png onerror=ran(3)><a href=\"javascript:ran(4)\">x</a>' }")
        chat.page.wait_for_timeout(500)
        assert watched.happened == [f"requested {served.url}gone.png", f"ran {PAYLOADS[3]}"]
        assert len(watched.page.evaluate(FAULTS)) >= 3
        watched.context.close()
