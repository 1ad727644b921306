"""The inspector's drawer: the graph with the nodes at work, and the models behind the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lazyflow.engine.contract import ModelInfo, ModelState
from lazyflow.nodes.events import Request, Step, Text
from lazyflow.runtime.contract import Ask, NodeStatus
from lazyflow.spec.nodes import Control, PipelineSpec, WebSpec
from tests.acceptance.browsing import DESKTOP, PHONE, WARNINGS, ChatPage, chromium
from tests.acceptance.test_page_looks import faults
from tests.web.fake_live import Beat, FakeLive
from tests.web.serve_fake import serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
HOSTILE = "<img src=x onerror='window.ran=1'>"
INFO = ModelInfo(
    path=Path("/secret/place/m.gguf"),
    description="llama 135M",
    size=98_000_000,
    context=4096,
    trained_context=8192,
    parallel=4,
    layers=31,
    gpu_layers=10,
)
WEB = WebSpec(name="web", target="chat", title=HOSTILE, controls=(Control(node="draft", param="temperature"),))


def two_steps(ask: Ask) -> Sequence[Beat]:
    """A pipeline that drafts, then polishes without an end."""
    return [
        Step(("chat", "draft"), "began"),
        Request(("chat", "draft"), (("user", ask.message),), ()),
        1.0,
        Step(("chat", "draft"), "ended", seconds=1.0),
        Request(("chat", "polish"), (("user", "polish it"),), ()),
        Text("Nearly"),
        20.0,
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def flow() -> FakeLive:
    live = FakeLive(WEB, two_steps, PipelineSpec(name="chat", steps=("draft", "polish")), ("draft", "polish"))
    ready = NodeStatus(state="ready", fraction=1.0, model=INFO)
    live.nodes = {"chat": NodeStatus(state="ready"), "draft": ready, "polish": ready}
    live.states = {"draft": ModelState(running=1, waiting=2, slots=4, tokens=900, room=16384)}
    return live


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_graph_lights_the_nodes_at_work_and_the_models_tell_their_state(
    browser: Browser, size: dict[str, int]
) -> None:
    live = flow()
    with serving(live) as served:
        page = browser.new_page(viewport=size, locale="en", reduced_motion="reduce")  # type: ignore[arg-type] # a plain dict
        chat = ChatPage(page, served.url).open()
        chat.say("Write")
        page.keyboard.press("Control+i")
        drawer = page.get_by_role("dialog", name="Inspector")
        expect(drawer.get_by_role("img", name="chat calls draft (1), polish (2). web calls chat.")).to_be_visible()
        lit = drawer.locator(".lit .name")
        expect(lit).to_have_text(["chat", "draft"])
        expect(lit).to_have_text(["chat", "polish"])
        expect(drawer.get_by_text("At work: chat, polish")).to_be_visible()
        expect(drawer.get_by_text("polish it")).to_be_visible()
        for words in ("loaded", "m.gguf", "4096 tokens", "10 of 31", "900 of 16384", "1 running, 2 waiting, 4 slots"):
            expect(drawer).to_contain_text(words)
        live.states = {"draft": ModelState(running=0, waiting=0, slots=4, tokens=901, room=16384)}
        expect(drawer.get_by_text("901 of 16384")).to_be_visible()
        assert "/secret/place" not in page.content()
        assert "/secret/place" not in drawer.inner_text()
        chat.picture(f"inspector-graph-{size['width']}")
        assert faults(chat) == []
        page.keyboard.press("Escape")
        expect(drawer).to_have_count(0)
        expect(chat.button("Inspector")).to_be_focused()
        expect(chat.button("Stop")).to_be_visible()
        chat.button("Stop").click()
        page.keyboard.press("Control+i")
        expect(drawer.get_by_text("No node is at work.")).to_be_visible()
        expect(drawer.get_by_text("6 characters, stopped")).to_be_visible()
        page.keyboard.press("Control+i")
        expect(drawer).to_have_count(0)
        assert page.evaluate("window.ran") is None
        assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])").count("polish") == 0
        assert chat.errors == []
        page.close()


def test_the_graph_follows_a_saved_file_and_one_drawer_is_open_at_a_time(browser: Browser) -> None:
    live = flow()
    with serving(live) as served:
        page = browser.new_page(locale="en")
        chat = ChatPage(page, served.url).open()
        chat.button("Inspector").click()
        drawer = page.get_by_role("dialog", name="Inspector")
        expect(drawer.locator(".box .name")).to_have_count(4)
        expect(drawer.get_by_text("There is no answer yet.")).to_be_visible()
        live.chat = PipelineSpec(name="chat", steps=("draft",))
        served.do(lambda: live.change(title="Shorter"))
        expect(drawer.locator(".box .name")).to_have_text(["chat", "draft", "web"])
        chat.button("Settings").click()
        expect(drawer).to_have_count(0)
        expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
        chat.button("Inspector").click()
        expect(page.get_by_role("dialog", name="Settings")).to_have_count(0)
        expect(drawer).to_be_visible()
        assert chat.errors == []
        page.close()
