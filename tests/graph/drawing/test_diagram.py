from __future__ import annotations

from lazyflow.graph.drawing.diagram import LONGEST, Arrow, short
from lazyflow.reports.visible import cells
from tests.graph.drawing.graphs import drawn


def test_every_node_is_a_box_and_every_reference_an_arrow() -> None:
    shown = drawn()
    assert [box.name for box in shown.boxes][:3] == ["web", "start", "code"]
    assert Arrow("web", "start") in shown.arrows
    assert Arrow("start", "small", "decides") in shown.arrows
    assert Arrow("start", "law", "法律") in shown.arrows
    assert Arrow("start", "talk", "default") in shown.arrows
    assert Arrow("law", "big-one", "con") in shown.arrows
    assert Arrow("big-one", "small", "fallback", spare=True) in shown.arrows


def test_a_step_that_comes_twice_is_one_arrow_with_both_numbers() -> None:
    assert Arrow("code", "talk", "1, 3") in drawn().arrows


def test_a_long_text_is_cut_to_its_cells() -> None:
    for text in ("x" * 500, "名" * 500, "a\n b\x1b[31m" * 90):
        assert cells(short(text)) <= LONGEST
        assert short(text).endswith("…")
        assert "\n" not in short(text)
        assert "\x1b" not in short(text)
