"""The whole command, edited while pages are open: what each save does to all of them, and says on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.browsing import WARNINGS, ChatPage, chromium
from tests.acceptance.served import Served, served

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
APP = """version: 1
nodes:
  bot: { type: python, call: "./bot.py:answer" }
  web: { type: web, target: bot, history: [bot], title: Before, store: memory }
"""
BOT = "from words import HELLO\n\n\nasync def answer(message, history):\n    return f'{HELLO} {len(history)}'\n"
HOSTILE = "<img src=x onerror='window.ran=1'>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "bot.py").write_text(BOT)
    (tmp_path / "words.py").write_text("HELLO = 'Hello'\n")
    path = tmp_path / "app.yaml"
    path.write_text(APP)
    return path


@pytest.fixture
def run(app: Path) -> Iterator[Served]:
    with served(app) as run:
        yield run


@pytest.fixture
def pages(browser: Browser, run: Served) -> Iterator[list[ChatPage]]:
    context = browser.new_context(locale="en", reduced_motion="reduce")
    pages = [ChatPage(context.new_page(), run.url).open() for _ in range(2)]
    yield pages
    for page in pages:
        assert page.errors == []
        assert page.page.evaluate("window.ran") is None
    context.close()


def test_a_saved_title_and_a_saved_module_show_in_open_pages_and_lose_nothing(app: Path, pages: list[ChatPage]) -> None:
    one, other = pages
    assert one.ask("first") == "Hello 0"
    other.box.fill("a draft")
    app.write_text(APP.replace("Before", "After"))
    for page in pages:
        expect(page.page.locator(".title")).to_have_text("After")
    (app.parent / "words.py").write_text("HELLO = 'Good day'\n")
    (app.parent / "bot.py").write_text(BOT.replace("return f'", "return f'So: "))
    expect_said(one, "So: Good day", 2)
    expect(one.questions.first).to_have_text("first")
    expect(other.box).to_have_value("a draft")


def expect_said(chat: ChatPage, beginning: str, heard: int) -> None:
    """Ask until the save has come through; what was said before is heard each time."""
    for attempt in range(20):
        if chat.ask(f"again {attempt}") == f"{beginning} {heard + 2 * attempt}":
            return
        chat.page.wait_for_timeout(100)
    raise AssertionError(chat.answer.inner_text())


def test_a_bad_save_is_a_banner_on_every_page_and_the_same_on_stderr_until_a_good_one(
    app: Path, run: Served, pages: list[ChatPage]
) -> None:
    bad = APP.replace("title: Before", f'titel: "{HOSTILE}"')
    app.write_text(bad)
    place = f"app.yaml:4:{APP.splitlines()[3].index('title') + 1}"
    for page in pages:
        banner = page.page.locator(".banner")
        expect(banner).to_contain_text(place)
        expect(banner).to_contain_text("unknown key 'titel' in node 'web'")
        expect(banner.locator("pre")).to_contain_text(HOSTILE)
        expect(banner).to_contain_text("did you mean 'title'?")
        expect(banner.locator("img")).to_have_count(0)
        assert page.ask("still there?") == "Hello 0"
    run.until(lambda: any(place in line and "LF003" in line for line in run.stderr))
    told = httpx.post(f"{run.url}-/reload")
    assert told.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f"app.yaml:{told.json()['problems'][0]['line']}:{told.json()['problems'][0]['column']}" == place
    app.write_text(APP.replace("Before", "Mended"))
    for page in pages:
        expect(page.page.locator(".banner")).to_be_hidden()
        expect(page.page.locator(".title")).to_have_text("Mended")
    run.until(lambda: any("fine again" in line for line in run.stderr))


def test_what_needs_a_restart_is_said_and_the_rest_applies(app: Path, run: Served, pages: list[ChatPage]) -> None:
    app.write_text(APP.replace("title: Before", "title: After, port: 20999"))
    for page in pages:
        expect(page.page.locator(".banner")).to_contain_text("restart needed for web.port")
        expect(page.page.locator(".title")).to_have_text("After")
    run.until(lambda: any("restart needed for web.port" in line for line in run.stderr))
    assert httpx.get(run.url).status_code == httpx.codes.OK
    app.write_text(APP)
    for page in pages:
        expect(page.page.locator(".banner")).to_be_hidden()
