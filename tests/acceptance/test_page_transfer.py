"""A conversation is taken home as a file and brought back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.acceptance.browsing import WARNINGS, ChatPage, chromium
from tests.acceptance.test_page_looks import faults
from tests.web.fake_live import FakeLive
from tests.web.serve_fake import serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]


def test_a_conversation_is_exported_and_imported_from_the_sidebar(tmp_path: Path) -> None:
    with serving(FakeLive()) as served, chromium() as browser:
        chat = ChatPage(browser.new_page(locale="en"), served.url).open()
        chat.button("Conversations").click()
        expect(chat.button("Export as JSON")).to_be_disabled()
        chat.ask("How do <b>queues</b> work?")
        with chat.page.expect_download() as text:
            chat.button("Export as Markdown").click()
        assert text.value.suggested_filename == "How do b queues b work.md"
        assert "You said: How do <b>queues</b> work?" in text.value.path().read_text()
        with chat.page.expect_download() as whole:
            chat.button("Export as JSON").click()
        file = tmp_path / "chats.json"
        whole.value.save_as(file)
        chat.page.locator(".transfer input").set_input_files(file)
        expect(chat.page.get_by_text("Imported: 1")).to_be_visible()
        titles = chat.page.locator(".shelf .open > span")
        expect(titles).to_have_text(["How do <b>queues</b> work?"] * 2)
        titles.last.click()
        expect(chat.questions).to_have_text(["How do <b>queues</b> work?"])
        document = json.loads(file.read_text())
        document["conversations"].append({})
        document["conversations"][0]["entries"][0]["files"] = [{"name": "gone.txt"}]
        file.write_text(json.dumps(document))
        chat.page.locator(".transfer input").set_input_files(file)
        expect(chat.page.get_by_text("Imported: 1 · Not readable: 1 · Files left out: 1")).to_be_visible()
        file.write_text("no export")
        chat.page.locator(".transfer input").set_input_files(file)
        expect(chat.page.get_by_text("The file cannot be imported: it is no JSON.")).to_be_visible()
        assert faults(chat) == []
        chat.picture("sidebar-transfer-desktop-light")
        assert [error for error in chat.errors if "422" not in error] == []
