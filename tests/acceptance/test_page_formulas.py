"""Formulas in answers: drawn as MathML by a second bundle that is fetched when the first one appears."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from lazyflow.nodes.events import Text
from tests.acceptance.browsing import DESKTOP, PHONE, WARNINGS, ChatPage, chromium
from tests.acceptance.test_page_looks import faults
from tests.web.fake_live import Beat, FakeLive
from tests.web.serve_fake import Served, serving

pytestmark = [pytest.mark.browser, *map(pytest.mark.filterwarnings, WARNINGS)]
SOLVED = r"""The roots of $ax^2 + bx + c = 0$ with \(a \neq 0\) are

$$
x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}
$$

and their sum is $-\frac{b}{a}$. In matrix form:

\[
\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}^{-1}
= \begin{cases} A & \text{if } \det \neq 0 \\ \varnothing & \text{else} \end{cases}
\]

| Series | Value |
|:--|--:|
| $\sum_{n=1}^{\infty} \frac{1}{n^2}$ | $\frac{\pi^2}{6}$ |

It costs $5 and $6, and \[1\] is a note.
"""
HOSTILE = r"""$$\href{javascript:window.ran=1}{x^2}$$ $\def\a{\a\a}\a^2$ $\rule{9999em}{9999em}$

$$\text{<img src=x onerror=window.ran=1>}^2$$ $\includegraphics{http://elsewhere.invalid/x.png}^2$

$$\color{url(http://elsewhere.invalid/c)}{x^2}$$ $\htmlData{onclick=window.ran=1}{x^2}$ $\hspace{-9999em}x^2$ $y^2$"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def said(text: str, size: int = 7) -> list[Beat]:
    return [beat for at in range(0, len(text), size) for beat in (Text(text[at : at + size]), 0.001)]


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(FakeLive(script=lambda ask: said(SOLVED if "roots" in ask.message else "None here."))) as served:
        yield served


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_formulas_are_drawn_and_money_is_not(
    browser: Browser, served: Served, size: dict[str, int], scheme: str
) -> None:
    page = browser.new_page(viewport=size, color_scheme=scheme, locale="en", reduced_motion="reduce")  # type: ignore[arg-type] # a plain dict and a word
    chat = ChatPage(page, served.url).open()
    chat.ask("the roots, please")
    formulas = chat.answer.locator("math")
    expect(formulas).to_have_count(7)
    expect(chat.answer.locator(".formula.block math")).to_have_count(2)
    expect(chat.answer).to_contain_text("It costs $5 and $6, and [1] is a note.")
    assert formulas.nth(2).bounding_box()["height"] > 30  # type: ignore[index] # it is drawn
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(chat) == []
    chat.picture(f"formulas-{'phone' if size == PHONE else 'desktop'}-{scheme}")
    page.reload()
    expect(chat.answer.locator("math")).to_have_count(7)
    assert chat.errors == []
    assert chat.hosts <= {served.url.split("/")[2], ""}
    page.close()


def test_the_library_is_fetched_once_and_only_when_there_is_a_formula(browser: Browser, served: Served) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/maths." in request.url else None)
    chat = ChatPage(page, served.url).open()
    chat.ask("nothing")
    assert fetched == []
    chat.ask("the roots")
    expect(chat.answer.locator("math")).to_have_count(7)
    chat.ask("the roots again")
    expect(chat.answer.locator("math")).to_have_count(7)
    bundle, *fonts = sorted(fetched, key=lambda url: not url.endswith(".js"))
    assert [url.rpartition(".")[2] for url in fonts] in ([], ["woff2"])  # a machine with a font of its own needs none
    for url in (bundle, *fonts):
        assert "immutable" in page.request.get(url).headers["cache-control"]
    assert page.request.get(bundle).headers["content-encoding"] == "gzip"
    context.close()


def test_an_answer_with_formulas_that_is_copied_is_what_the_model_wrote(browser: Browser, served: Served) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], locale="en")
    chat = ChatPage(context.new_page(), served.url).open()
    chat.ask("the roots")
    chat.answer.locator(".actions").get_by_role("button", name="Copy").click()
    assert chat.page.evaluate("navigator.clipboard.readText()") == SOLVED
    context.close()


def test_a_hostile_formula_runs_and_fetches_nothing_and_stays_in_its_place(browser: Browser) -> None:
    with serving(FakeLive(script=lambda _: said(HOSTILE, 3))) as served:
        page = browser.new_page(locale="en")
        seen: list[str] = []
        page.on("request", lambda request: seen.append(request.url))
        chat = ChatPage(page, served.url).open()
        chat.ask("go")
        expect(chat.answer.locator("math").last).to_contain_text("y2")
        assert chat.answer.locator("math a, math img, math script, math [href]").count() == 0
        page.wait_for_timeout(2000)
        assert page.evaluate("window.ran") is None
        assert [url for url in seen if not url.startswith(served.url)] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.close()
