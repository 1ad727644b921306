from __future__ import annotations

from typing import Any

from lazyflow.web.news import MOVED, News


def test_all_pages_of_one_person_hear_and_nobody_else() -> None:
    news = News()
    first: list[dict[str, Any]] = []
    second: list[dict[str, Any]] = []
    other: list[dict[str, Any]] = []
    end = news.join("ann", first.append)
    news.join("ann", second.append)
    news.join("bob", other.append)
    news.tell("ann", MOVED)
    end()
    news.tell("ann", {"t": "gone"})
    assert (first, second, other) == ([MOVED], [MOVED, {"t": "gone"}], [])


def test_nothing_stays_of_a_page_that_went() -> None:
    news = News()
    news.join("ann", lambda _: None)()
    news.tell("ann", MOVED)
    assert not news._listeners
