"""Where everything stands: the second half of a layered layout. Lengths are pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lazyflow.graph.drawing.diagram import Box, Diagram
from lazyflow.graph.drawing.layers import Point, layers, neighbours, node_point
from lazyflow.reports.visible import cells

CELL = 7.4
PADDING = 16.0
HEIGHT = 46.0
GAP = 36.0
LANE = 18.0
DROP = 62.0
MARGIN = 16.0
PASSES = 12
SHORT = 2


@dataclass(frozen=True, slots=True)
class Placed:
    """A box by its centre and size."""

    box: Box
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Route:
    """An arrow's points from the lower edge of one box to the upper edge of another, and where its label stands."""

    points: tuple[tuple[float, float], ...]
    label: str
    label_at: tuple[float, float]
    spare: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing with all its places."""

    width: float
    height: float
    boxes: tuple[Placed, ...]
    routes: tuple[Route, ...]


def layout(diagram: Diagram) -> Layout:
    """Place a diagram whose arrows have no cycle."""
    rows, chains = layers(diagram)
    boxes = {node_point(box.name): box for box in diagram.boxes}
    widths = {point: box_width(boxes[point]) if point in boxes else LANE for row in rows for point in row}
    for arrow, chain in zip(diagram.arrows, chains, strict=True):
        if len(chain) > SHORT:
            widths[chain[1]] = max(widths[chain[1]], cells(arrow.label) * CELL)
    x = columns(rows, widths, chains)
    left = min((x[point] - widths[point] / 2 for point in x), default=0.0) - MARGIN
    right = max((x[point] + widths[point] / 2 for point in x), default=0.0) + MARGIN
    y = {point: MARGIN + HEIGHT / 2 + at * (HEIGHT + DROP) for at, row in enumerate(rows) for point in row}
    placed = tuple(Placed(box, x[point] - left, y[point], widths[point]) for point, box in boxes.items())
    routes = []
    for arrow, chain in zip(diagram.arrows, chains, strict=True):
        points = [(x[point] - left, y[point]) for point in chain]
        first, last = points[0], points[-1]
        points[0], points[-1] = (first[0], first[1] + HEIGHT / 2), (last[0], last[1] - HEIGHT / 2)
        routes.append(Route(tuple(points), arrow.label, label_place(points), arrow.spare))
    extra = max((cells(route.label) * CELL / 2 + route.label_at[0] - (right - left) for route in routes), default=0.0)
    height = 2 * MARGIN + len(rows) * HEIGHT + max(len(rows) - 1, 0) * DROP
    return Layout(right - left + max(extra, 0.0), height, placed, tuple(routes))


def box_width(box: Box) -> float:
    """Wide enough for both lines."""
    return 2 * PADDING + CELL * max(cells(box.name), cells(box.caption))


def label_place(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """In the lane of a long arrow, which is kept wide enough; else two thirds down, where arrows have spread."""
    if len(points) > SHORT:
        return points[1][0], points[1][1] + CELL / 2
    (x, y), (end_x, end_y) = points
    return x + (end_x - x) * 0.68, y + (end_y - y) * 0.6


def columns(
    rows: Sequence[Sequence[Point]], widths: Mapping[Point, float], chains: Sequence[tuple[Point, ...]]
) -> dict[Point, float]:
    """The centre of each point: as near to those it is joined with as its neighbours in the layer let it."""
    above, below = neighbours(chains)
    x: dict[Point, float] = {}
    for row in rows:
        at = 0.0
        for point in row:
            x[point] = at + widths[point] / 2
            at += widths[point] + GAP
        for point in row:
            x[point] -= (at - GAP) / 2
    for turn in range(PASSES):
        order, towards = (rows, above) if turn % 2 == 0 else (rows[::-1], below)
        for row in order:
            wanted = [mean([x[other] for other in towards.get(point, ())], x[point]) for point in row]
            x.update(zip(row, spread(wanted, [widths[point] for point in row]), strict=True))
    return x


def mean(values: Sequence[float], otherwise: float) -> float:
    """The mean, where there is one."""
    return sum(values) / len(values) if values else otherwise


def spread(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Centres in the same order that keep their distance, as near to the wanted ones as least squares finds.

    Neighbours that would overlap are joined to a block that stands at the mean of what its members want
    (pool adjacent violators).
    """
    offsets = [0.0]
    for one, other in pairwise(widths):
        offsets.append(offsets[-1] + (one + other) / 2 + GAP)
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        blocks.append((want - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (total, count), (more, number) = blocks[-2], blocks[-1]
            blocks[-2:] = [((total * count + more * number) / (count + number), count + number)]
    starts = [start for start, count in blocks for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=False)]
