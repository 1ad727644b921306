"""Files are attached by button, drop and paste, shown with the message, and run nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from lazyflow.messages import File
from lazyflow.nodes.contract import TEXT_ALONE
from lazyflow.nodes.events import Text
from lazyflow.runtime.contract import Ask
from lazyflow.spec.nodes import Upload, WebSpec
from tests.acceptance.browsing import DESKTOP, PHONE, WARNINGS, ChatPage, chromium
from tests.acceptance.test_page_looks import faults
from tests.uploads.pdfs import pdf
from tests.web.fake_live import Beat, FakeLive
from tests.web.payloads import PAYLOADS
from tests.web.serve_fake import serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
WEB = WebSpec(name="web", target="chat", history=("chat",), title="Files", upload=Upload(max_mb=1, max_files=3))
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PNG = base64.b64decode(PIXEL)
MARKUP = b"<script>window.ran=1</script><svg onload='window.ran=1'><img src=x onerror='window.ran=1'>"
PASTE = """([area, carried]) =>
 area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: carried, cancelable: true}))"""
CARRY = """(data) => { const carried = new DataTransfer();
 for (const [name, type, text] of data) carried.items.add(new File([text], name, {type})); return carried }"""


def named(ask: Ask) -> Sequence[Beat]:
    """Says what it was given."""
    return [Text(f"Got {', '.join(file.name for file in ask.files) or 'nothing'}.")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def payload(name: str, data: bytes, kind: str = "application/octet-stream") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": data}


def bring(chat: ChatPage, *files: FilePayload) -> None:
    chat.page.get_by_label("Attach files").and_(chat.page.locator("input")).set_input_files(list(files))


def drop(page: Page, *files: tuple[str, str, str]) -> None:
    carried = page.evaluate_handle(CARRY, list(files))
    for event in ("dragenter", "dragover", "drop"):
        page.locator(".log").dispatch_event(event, {"dataTransfer": carried})


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_files_go_along_by_button_drop_and_paste_and_stay_with_their_message(
    browser: Browser, size: dict[str, int]
) -> None:
    live = FakeLive(WEB, named)
    with serving(live) as served:
        page = browser.new_page(viewport=size, locale="en", reduced_motion="reduce")  # type: ignore[arg-type] # a plain dict
        chat = ChatPage(page, served.url).open()
        chat.ask("Hello")
        chips = page.locator(".composer .chip")
        with page.expect_file_chooser() as chooser:
            chat.button("Attach files").click()
        chooser.value.set_files([payload("p.txt", PNG), payload("a.pdf", pdf("From the PDF"))])
        expect(chips.locator("progress:visible")).to_have_count(0)
        expect(chips.first.locator("img")).to_be_visible()
        drop(page, ("größe.csv", "text/csv", "a,b\n1,2"))
        expect(page.get_by_text("größe.csv is attached")).to_be_visible()
        expect(chips.locator(".name")).to_have_text(["p.txt", "a.pdf", "größe.csv"])
        expect(chips.locator("small").last).to_have_text("7 bytes")
        chat.button("Remove a.pdf").focus()
        page.keyboard.press("Enter")
        expect(chat.button("Remove größe.csv")).to_be_focused()
        pasted = page.evaluate_handle(CARRY, [("notes.md", "text/markdown", "# Notes")])
        page.evaluate(PASTE, [chat.box.element_handle(), pasted])
        expect(page.get_by_text("notes.md is attached")).to_be_visible()
        chat.picture(f"files-composer-{size['width']}")
        assert faults(chat) == []
        page.reload()
        expect(chips.locator(".name")).to_have_text(["p.txt", "größe.csv", "notes.md"])
        assert chat.ask("Look") == "Got p.txt, größe.csv, notes.md."
        expect(chips).to_have_count(0)
        assert [(file.media_type, file.text) for file in live.asked[-1].files] == [
            ("image/png", ""),
            ("text/csv", "a,b\n1,2"),
            ("text/markdown", "# Notes"),
        ]
        assert live.asked[-1].files[0].data == PNG
        for _ in range(2):
            shown = page.locator("article.user").last
            expect(shown.get_by_role("img", name="p.txt")).to_be_visible()
            assert page.evaluate(
                "image => image.decode().then(() => image.naturalWidth)", shown.locator("img").element_handle()
            )
            with page.expect_download() as loaded:
                shown.get_by_role("link", name="größe.csv").click()
            assert loaded.value.suggested_filename == "größe.csv"
            assert loaded.value.path().read_bytes() == b"a,b\n1,2"
            chat.picture(f"files-message-{size['width']}")
            assert faults(chat) == []
            page.reload()
            expect(chat.questions).to_have_count(2)
        assert chat.errors == []
        page.close()


def test_a_message_may_be_files_alone(browser: Browser) -> None:
    with serving(FakeLive(WEB, named)) as served:
        chat = ChatPage(browser.new_page(locale="en"), served.url).open()
        send = chat.button("Send")
        expect(send).to_be_disabled()
        bring(chat, payload("a.txt", b"one"))
        expect(send).to_be_enabled()
        send.click()
        expect(chat.answer).to_contain_text("Got a.txt.")
        expect(chat.page.locator(".shelf .open")).to_have_count(0)
        chat.button("Conversations").click()
        expect(chat.page.locator(".shelf .open")).to_contain_text("a.txt")
        chat.page.close()


def test_what_is_not_taken_is_refused_in_words_before_anything_is_sent(browser: Browser) -> None:
    live = FakeLive(WEB, named)
    live.taken = TEXT_ALONE
    with serving(live) as served:
        page = browser.new_page(locale="de")
        chat = ChatPage(page, served.url)
        page.goto(served.url)
        choose = page.get_by_label("Dateien anhängen").and_(page.locator("input"))
        expect(chat.button("Dateien anhängen")).to_be_visible()
        for name, data, words in (
            ("p.png", PNG, "p.png wird nicht angenommen"),
            ("a.zip", b"PK\x03\x04\x00", "a.zip ist weder Text (UTF-8) noch ein PDF"),
            ("a.pdf", b"%PDF-1.4", "a.pdf ist beschädigt"),
            ("big.txt", b"x" * 1_000_001, "big.txt ist größer als 1 MB."),
            ("none.txt", b"", "none.txt ist leer."),
        ):
            choose.set_input_files([payload(name, data)])
            chip = page.locator(".composer .chip.bad")
            expect(chip).to_contain_text(words)
            assert faults(chat) == []
            chip.get_by_role("button", name=f"{name} entfernen").click()
            expect(chip).to_have_count(0)
        choose.set_input_files([payload(f"{one}.txt", b"x") for one in range(4)])
        expect(page.get_by_text("nicht mehr Dateien haben als 3")).to_be_visible()
        expect(page.locator(".composer .chip")).to_have_count(3)
        assert live.asked == []
        page.close()


def test_an_app_that_takes_no_files_says_so_and_keeps_the_page(browser: Browser) -> None:
    live = FakeLive(WebSpec(name="web", target="chat", title="None"))
    with serving(live) as served:
        chat = ChatPage(browser.new_page(locale="en"), served.url).open()
        expect(chat.button("Attach files")).to_be_hidden()
        drop(chat.page, ("a.txt", "text/plain", "x"))
        expect(chat.page.get_by_text("This app takes no files.")).to_be_visible()
        served.do(lambda: live.change(upload=Upload()))
        expect(chat.button("Attach files")).to_be_visible()
        chat.page.close()


def test_an_upload_shows_how_far_it_is_and_can_be_ended(browser: Browser) -> None:
    with serving(FakeLive(WEB, named)) as served:
        page = browser.new_page(locale="en")
        chat = ChatPage(page, served.url).open()
        held: dict[str, Route] = {}

        def hold(route: Route) -> None:
            held[route.request.headers["x-file-name"]] = route

        page.route("**/files", hold)
        bring(chat, payload("a.txt", b"x" * 500_000), payload("b.txt", b"y"))
        expect(page.get_by_role("progressbar", name="Uploading a.txt")).to_be_visible()
        chat.say("too early")
        expect(page.get_by_text("Wait until the files are uploaded.")).to_be_visible()
        chat.button("Remove a.txt").click()
        while "b.txt" not in held:
            page.wait_for_timeout(10)
        held["b.txt"].continue_()
        expect(page.get_by_text("b.txt is attached")).to_be_visible()
        chat.box.press("Enter")
        expect(chat.answer).to_contain_text("Got b.txt.")
        page.close()


def test_a_file_that_is_gone_brings_the_message_back(browser: Browser) -> None:
    with serving(FakeLive(WEB, named)) as served:
        page = browser.new_page(locale="en")
        chat = ChatPage(page, served.url).open()
        bring(chat, payload("a.txt", b"x"))
        expect(page.get_by_text("a.txt is attached")).to_be_visible()
        page.evaluate(
            "fetch('files/' + JSON.parse(sessionStorage.getItem('lazyflow-files'))[0].id, {method: 'DELETE'})"
        )
        chat.say("Look")
        expect(page.get_by_text("A file is no longer there. Attach it again.")).to_be_visible()
        expect(chat.box).to_have_value("Look")
        chat.button("Remove a.txt").click()
        assert chat.ask("Look") == "Got nothing."
        page.close()


def test_an_edited_message_keeps_its_files_but_those_taken_out(browser: Browser) -> None:
    live = FakeLive(WEB, named)
    with serving(live) as served:
        page = browser.new_page(locale="en")
        chat = ChatPage(page, served.url).open()
        bring(chat, payload("a.txt", b"one"), payload("b.txt", b"two"))
        expect(page.locator(".composer progress:visible")).to_have_count(0)
        chat.ask("Look")
        page.locator("article.user").hover()
        page.locator("article.user").get_by_role("button", name="Edit").click()
        form = page.locator("article.user .edit")
        form.get_by_role("button", name="Remove a.txt").click()
        form.get_by_role("textbox").press("Enter")
        expect(chat.answer).to_contain_text("Got b.txt.")
        expect(page.locator("article.user .files .name")).to_have_text(["b.txt"])
        chat.answer.get_by_role("button", name="Answer again").click()
        expect(chat.answer.get_by_text("2/2")).to_be_visible()
        expect(chat.answer).to_contain_text("Got b.txt.")
        assert [[file.name for file in ask.files] for ask in live.asked] == [["a.txt", "b.txt"], ["b.txt"], ["b.txt"]]
        page.close()


def hostile_names() -> list[str]:
    """Each payload as a name, as far as a name may be."""
    return ["".join(sign for sign in text if sign.isprintable()).replace("/", "-")[:80] for text in PAYLOADS]


@pytest.mark.parametrize("names", [hostile_names()[at : at + 81] for at in (0, 81, 162)], ids=range(3))
def test_neither_names_nor_contents_run_or_fetch_anything(browser: Browser, names: list[str]) -> None:
    live = FakeLive(WebSpec(name="web", target="chat", upload=Upload(max_files=100)), named)
    with serving(live) as served:
        context = browser.new_context(locale="en")
        page = context.new_page()
        seen: list[str] = []
        page.on("request", lambda request: seen.append(request.url))
        page.on("dialog", lambda dialog: seen.append(f"dialog {dialog.message}"))
        page.expose_function("ran", lambda number: seen.append(f"ran {number}"))
        chat = ChatPage(page, served.url).open()
        bring(chat, *(payload(f"{name}.svg", MARKUP, "image/svg+xml") for name in names))
        expect(page.locator(".composer .chip .face")).to_have_count(len(names))
        expect(page.locator(".composer progress:visible")).to_have_count(0)
        page.wait_for_timeout(2000)
        chat.ask("Look")
        expect(page.locator("article.user .files .chip")).to_have_count(len(names))
        page.wait_for_timeout(2000)
        assert page.evaluate("typeof window.ran") == "function"
        assert [url for url in seen if not url.startswith(served.url)] == []
        assert page.locator("article.user :is(script, iframe, object, embed, form, svg[onload])").count() == 0
        addresses = [link.get_attribute("href") or "" for link in page.locator("article.user .files a").all()]
        assert {type(one) for one in live.asked[0].files} == {File}
        with page.expect_download():
            page.evaluate("address => { location.href = address }", addresses[0])
        page.wait_for_timeout(500)
        assert page.evaluate("typeof window.ran") == "function"
        answer = context.request.get(served.url + addresses[0])
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-disposition"].startswith("attachment;")
        context.close()
