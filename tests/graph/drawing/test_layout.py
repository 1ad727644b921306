from __future__ import annotations

import time
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lazyflow.graph.drawing.diagram import Arrow, Box, Diagram
from lazyflow.graph.drawing.layers import layers, ranks
from lazyflow.graph.drawing.layout import GAP, HEIGHT, layout, spread
from tests.graph.drawing.graphs import drawn


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    number = draw(st.integers(1, 12))
    pairs = list(combinations(range(number), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=25, unique=True)) if pairs else []
    boxes = tuple(Box(f"n{at}", "local", "x" * draw(st.integers(0, 20))) for at in range(number))
    return Diagram("d", boxes, tuple(Arrow(f"n{a}", f"n{b}", "label") for a, b in chosen))


@given(diagrams())
def test_arrows_go_down_and_boxes_keep_their_distance(diagram: Diagram) -> None:
    rank = ranks(diagram)
    assert all(rank[arrow.start] < rank[arrow.end] for arrow in diagram.arrows)
    placed = layout(diagram)
    for one, other in combinations(placed.boxes, 2):
        if one.y == other.y:
            assert abs(one.x - other.x) >= (one.width + other.width) / 2 + GAP - 0.01
        else:
            assert abs(one.y - other.y) > HEIGHT
    for box in placed.boxes:
        assert box.width / 2 <= box.x <= placed.width - box.width / 2
        assert HEIGHT / 2 <= box.y <= placed.height - HEIGHT / 2
    for route in placed.routes:
        assert all(above[1] < below[1] for above, below in pairwise(route.points))


def test_arrows_that_need_not_cross_do_not() -> None:
    boxes = tuple(Box(name, "local", "") for name in "abcdxy")
    arrows = (Arrow("a", "y"), Arrow("b", "x"), Arrow("x", "c"), Arrow("y", "d"))
    rows, _ = layers(Diagram("d", boxes, arrows))
    first, second, third = ([point[0] for point in row] for row in rows)
    assert [first.index("a"), second.index("y"), third.index("d")] in ([0, 0, 0], [1, 1, 1])


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(1, 100)), min_size=1, max_size=20))
def test_spreading_keeps_order_and_distance_and_moves_nothing_that_has_room(points: list[tuple[float, float]]) -> None:
    wanted, widths = [at for at, _ in points], [width for _, width in points]
    result = spread(wanted, widths)
    gaps = [(one + other) / 2 + GAP for one, other in pairwise(widths)]
    assert all(b - a >= gap - 1e-6 for (a, b), gap in zip(pairwise(result), gaps, strict=True))
    if all(b - a > gap for (a, b), gap in zip(pairwise(wanted), gaps, strict=True)):
        assert result == pytest.approx(wanted)


def test_a_node_stands_under_the_one_that_calls_it() -> None:
    placed = {one.box.name: one for one in layout(drawn()).boxes}
    assert placed["start"].x == pytest.approx(placed["web"].x, abs=60)
    assert placed["web"].y < placed["start"].y < placed["code"].y < placed["talk"].y < placed["big-one"].y


TREE = [(at, at * 2 + side) for at in range(500) for side in (1, 2) if at * 2 + side < 1000]
CHAIN = [(at, other) for at in range(999) for other in (at + 1, 999) if at < other]


@pytest.mark.parametrize("pairs", [TREE, CHAIN], ids=["tree", "chain"])
def test_a_thousand_nodes_are_placed_in_reasonable_time(pairs: list[tuple[int, int]]) -> None:
    boxes = tuple(Box(f"n{at}", "prompt", "") for at in range(1000))
    start = time.process_time()
    assert len(layout(Diagram("d", boxes, tuple(Arrow(f"n{a}", f"n{b}") for a, b in pairs))).boxes) == 1000
    assert time.process_time() - start < 5
