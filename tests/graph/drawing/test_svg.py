from __future__ import annotations

from xml.etree import ElementTree as ET

from lazyflow.graph.drawing.svg import svg
from tests.graph.drawing.graphs import drawn

SPACE = "{http://www.w3.org/2000/svg}"


def test_it_is_well_formed_and_shows_every_node_and_arrow() -> None:
    shown = drawn()
    tree = ET.fromstring(svg(shown))  # noqa: S314 - our own text
    assert [element.text for element in tree.iter(f"{SPACE}text") if element.get("class") == "name"] == [
        box.name for box in shown.boxes
    ]
    lines = [element for element in tree.iter(f"{SPACE}path") if "line" in element.get("class", "")]
    assert len(lines) == len(shown.arrows)
    assert sum("spare" in element.get("class", "") for element in lines) == 1


def test_what_people_wrote_is_text_and_never_markup() -> None:
    tree = ET.fromstring(svg(drawn()))  # noqa: S314 - our own text
    assert {element.tag.removeprefix(SPACE) for element in tree.iter()} == {
        *("svg", "title", "desc", "style", "defs", "marker", "path", "g", "rect", "text"),
    }
    assert any("</svg><script>" in (element.text or "") for element in tree.iter(f"{SPACE}text"))


def test_it_says_in_words_what_it_shows() -> None:
    tree = ET.fromstring(svg(drawn()))  # noqa: S314 - our own text
    described = tree.findtext(f"{SPACE}desc") or ""
    assert tree.findtext(f"{SPACE}title") == 'Help <desk> & "co"'
    assert "web calls start." in described
    assert tree.get("role") == "img"


def test_it_suits_dark_pages_and_any_encoding() -> None:
    picture = svg(drawn())
    assert "prefers-color-scheme: dark" in picture
    assert picture.isascii()
