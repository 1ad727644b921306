"""A real Chromium, and the chat page as a person meets it: by labels and roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.acceptance.executable import executable

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Panel builds each session's request in a way that Tornado warns of; Bokeh warns of itself when a page reconnects.
WARNINGS = ("ignore:.*HTTPServerRequest:DeprecationWarning", "ignore:reference already known")
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 850}


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


class ChatPage:
    """What a person can see and do on the page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2] if "//" in request.url else ""))

    def open(self, query: str = "") -> ChatPage:
        self.page.goto(self.url + query)
        self.box.wait_for()
        return self

    @property
    def box(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    @property
    def questions(self) -> Locator:
        return self.page.locator("article.user .bubble")

    @property
    def answers(self) -> Locator:
        return self.page.get_by_role("article", name="Answer")

    @property
    def answer(self) -> Locator:
        return self.answers.last

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def say(self, text: str) -> None:
        """Send a message with the keyboard."""
        self.box.fill(text)
        self.box.press("Enter")

    def ask(self, text: str) -> str:
        """Send a message and wait for the whole answer; returns its text."""
        before = self.answers.count()
        self.say(text)
        self.page.wait_for_function(
            "n => { const all = [...document.querySelectorAll('*')].flatMap(e => e.shadowRoot"
            " ? [...e.shadowRoot.querySelectorAll('article.assistant')] : []);"
            " return all.length > n && all.at(-1).getAttribute('aria-busy') === 'false' }",
            arg=before,
        )
        return self.answer.locator(".body").inner_text()

    def picture(self, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")
