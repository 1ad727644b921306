"""Which layer each node stands in, and in which order: the first half of a layered layout (Sugiyama, 1981)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from lazyflow.graph.drawing.diagram import Diagram

SWEEPS = 8
MOST_POINTS = 20_000
Point = tuple[str, str, int]
"""A place in a layer: a node `(name, "", 0)`, or where the long arrow from one node to another passes that layer."""


def node_point(name: str) -> Point:
    """The place of a node."""
    return (name, "", 0)


def ranks(diagram: Diagram) -> dict[str, int]:
    """The layer of each node: one below the lowest of those that call it."""
    calls: dict[str, list[str]] = {box.name: [] for box in diagram.boxes}
    callers = dict.fromkeys(calls, 0)
    for arrow in diagram.arrows:
        calls[arrow.start].append(arrow.end)
        callers[arrow.end] += 1
    rank = {name: 0 for name, number in callers.items() if number == 0}
    waiting = list(rank)
    for name in waiting:
        for other in calls[name]:
            rank[other] = max(rank.get(other, 0), rank[name] + 1)
            callers[other] -= 1
            if callers[other] == 0:
                waiting.append(other)
    return rank


def chains(diagram: Diagram, rank: Mapping[str, int]) -> list[tuple[Point, ...]]:
    """Each arrow as the points it passes, one in every layer from its start to its end.

    Where that would be more than `MOST_POINTS` in all, long arrows pass straight through.
    """
    passed = sum(rank[arrow.end] - rank[arrow.start] for arrow in diagram.arrows)
    return [
        (
            node_point(arrow.start),
            *((arrow.start, arrow.end, layer) for layer in range(rank[arrow.start] + 1, rank[arrow.end])),
            node_point(arrow.end),
        )
        if passed <= MOST_POINTS
        else (node_point(arrow.start), node_point(arrow.end))
        for arrow in diagram.arrows
    ]


def layers(diagram: Diagram) -> tuple[list[list[Point]], list[tuple[Point, ...]]]:
    """The points of each layer in an order with few crossings, and the arrows as chains of points."""
    rank = ranks(diagram)
    routes = chains(diagram, rank)
    rows: list[dict[Point, None]] = [{} for _ in range(max(rank.values(), default=-1) + 1)]
    for name, layer in rank.items():
        rows[layer][node_point(name)] = None
    for chain in routes:
        for point in chain[1:-1]:
            rows[point[2]][point] = None
    result = [list(row) for row in rows]
    above, below = neighbours(routes)
    for sweep in range(SWEEPS):
        order, towards = (result[1:], above) if sweep % 2 == 0 else (result[-2::-1], below)
        place = positions(result)
        for layer_points in order:
            layer_points.sort(key=lambda point: middle(towards.get(point, ()), place, place[point]))
            place.update({point: at / max(len(layer_points) - 1, 1) for at, point in enumerate(layer_points)})
    return result, routes


def neighbours(routes: Sequence[tuple[Point, ...]]) -> tuple[dict[Point, list[Point]], dict[Point, list[Point]]]:
    """What each point is joined with in the layer above, and in the layer below."""
    above: dict[Point, list[Point]] = {}
    below: dict[Point, list[Point]] = {}
    for chain in routes:
        for upper, lower in pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    return above, below


def positions(points: Sequence[Sequence[Point]]) -> dict[Point, float]:
    """How far right each point stands in its layer, from 0 to 1."""
    return {point: at / max(len(layer) - 1, 1) for layer in points for at, point in enumerate(layer)}


def middle(points: Sequence[Point], place: Mapping[Point, float], otherwise: float) -> float:
    """The mean place of some points."""
    return sum(place[point] for point in points) / len(points) if points else otherwise
