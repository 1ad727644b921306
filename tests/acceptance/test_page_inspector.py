"""What a model was sent for an answer, opened from the answer: exact, and shown as text alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from lazyflow.nodes.events import Request, Text, Usage
from lazyflow.runtime.contract import Ask
from lazyflow.spec.nodes import WebSpec
from tests.acceptance.browsing import DESKTOP, PHONE, WARNINGS, ChatPage, chromium
from tests.web.fake_live import Beat, FakeLive
from tests.web.serve_fake import serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
HOSTILE = "<img src=x onerror='window.ran=1'><script>window.ran=1</script>"
PATH = ("chat", "model")


def answer(ask: Ask) -> Sequence[Beat]:
    """One model call, told as a node tells it."""
    sent = (("system", "Be brief."), ("user", f"{ask.message} {HOSTILE}"))
    took = Usage(PATH, "tiny-model", prompt_tokens=21, cached_tokens=13, completion_tokens=2, time_to_first_token=0.25)
    return [Request(PATH, sent, (("temperature", "0.2"),)), Text("Yes."), took]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_answer_opens_what_its_model_was_sent(browser: Browser, size: dict[str, int]) -> None:
    with serving(FakeLive(WebSpec(name="web", target="chat"), answer)) as served:
        page = browser.new_page(viewport=size, locale="en", reduced_motion="reduce")  # type: ignore[arg-type] # a plain dict
        chat = ChatPage(page, served.url).open()
        chat.ask("Are you there?")
        opener = chat.answer.get_by_role("button", name="Details")
        opener.click()
        inspector = page.get_by_role("dialog")
        expect(inspector.get_by_role("heading", name=" \u203a ".join(PATH))).to_be_visible()
        for words in (
            "tiny-model",
            "Be brief.",
            f"Are you there? {HOSTILE}",
            "temperature",
            "0.2",
            "21",
            "13",
            "0.25 s",
        ):
            expect(inspector).to_contain_text(words)
        chat.picture(f"inspector-{size['width']}")
        found = Axe().run(page).response["violations"]
        assert [fault["id"] for fault in found if fault["impact"] in {"serious", "critical"}] == []
        page.keyboard.press("Escape")
        expect(inspector).to_have_count(0)
        expect(opener).to_be_focused()
        page.wait_for_timeout(500)
        assert page.evaluate("window.ran") is None
        assert chat.errors == []
        page.close()
