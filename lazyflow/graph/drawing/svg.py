"""A diagram as an SVG picture that needs no program to draw it, and suits light and dark pages."""

from __future__ import annotations

from lazyflow.graph.drawing.diagram import Diagram
from lazyflow.graph.drawing.layout import HEIGHT, Placed, Route, layout
from lazyflow.reports.markup import ascii_only, content

STYLE = """
    .box { fill: #f4f6fb; stroke: #5b6b8c; stroke-width: 1.25 }
    .web { fill: #e3f1ea; stroke: #2d7a56 } .router { fill: #fdf1dc; stroke: #9a6a12 }
    .local, .online { fill: #e8edfd; stroke: #3d58c4 }
    .line { fill: none; stroke: #6b7893; stroke-width: 1.5 } .spare { stroke-dasharray: 5 4 } .head { fill: #6b7893 }
    text { font: 13px system-ui, sans-serif; fill: #1b2233; text-anchor: middle; stroke: none }
    .name { font-weight: 600 } .caption { font-size: 11.5px; fill: #4a5670 }
    .label { font-size: 11.5px; fill: #3a465e; stroke: #fff }
    .label { stroke-width: 4; paint-order: stroke; stroke-linejoin: round }
    @media (prefers-color-scheme: dark) {
      .box { fill: #262c3a; stroke: #8b9abb } .web { fill: #1d3a2e; stroke: #5fc095 }
      .router { fill: #40331a; stroke: #d9a648 } .local, .online { fill: #242f57; stroke: #8da2f5 }
      .line { stroke: #97a3bd } .head { fill: #97a3bd }
      text { fill: #eef1f8 } .caption { fill: #b9c3d8 } .label { fill: #d5dbe8; stroke: #151922 }
    }
"""
ROLE = 'role="img" aria-labelledby="title description"'
ARROW = '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'


def svg(diagram: Diagram) -> str:
    """The picture, in ASCII; what it shows stands in words in its description."""
    placed = layout(diagram)
    size = f"{placed.width:.0f} {placed.height:.0f}"
    width, height = size.split()
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{width}" height="{height}" {ROLE}>',
        f'  <title id="title">{content(diagram.title)}</title>',
        f'  <desc id="description">{content(description(diagram))}</desc>',
        f"  <style>{STYLE}  </style>",
        f'  <defs>{ARROW}<path class="head" d="M0 0 8 4 0 8z"/></marker></defs>',
        *(f"  {line(route)}" for route in placed.routes),
        *(f"  {box(one)}" for one in placed.boxes),
        *(f"  {label(route)}" for route in placed.routes if route.label),
        "</svg>",
    ]
    return ascii_only("".join(f"{one}\n" for one in lines))


def description(diagram: Diagram) -> str:
    """The diagram in words, for who cannot see it."""
    called: dict[str, list[str]] = {}
    for arrow in diagram.arrows:
        called.setdefault(arrow.start, []).append(f"{arrow.end} ({arrow.label})" if arrow.label else arrow.end)
    calls = (f"{name} calls {', '.join(others)}." for name, others in called.items())
    return " ".join(calls) or f"{', '.join(one.name for one in diagram.boxes)}."


def box(placed: Placed) -> str:
    """A box with its two lines."""
    left, top = placed.x - placed.width / 2, placed.y - HEIGHT / 2
    return (
        f'<g><rect class="box {placed.box.kind}" x="{left:.1f}" y="{top:.1f}" width="{placed.width:.1f}" '
        f'height="{HEIGHT:.0f}" rx="8"/>'
        f'<text class="name" x="{placed.x:.1f}" y="{placed.y - 4:.1f}">{content(placed.box.name)}</text>'
        f'<text class="caption" x="{placed.x:.1f}" y="{placed.y + 13:.1f}">{content(placed.box.caption)}</text></g>'
    )


def line(route: Route) -> str:
    """A smooth line through an arrow's points, leaving and arriving upright."""
    x, y = route.points[0]
    path = f"M{x:.1f} {y:.1f}"
    for end_x, end_y in route.points[1:]:
        bend = (end_y - y) / 2
        path += f" C{x:.1f} {y + bend:.1f} {end_x:.1f} {end_y - bend:.1f} {end_x:.1f} {end_y:.1f}"
        x, y = end_x, end_y
    return f'<path class="line{" spare" if route.spare else ""}" d="{path}" marker-end="url(#arrow)"/>'


def label(route: Route) -> str:
    """An arrow's words."""
    x, y = route.label_at
    return f'<text class="label" x="{x:.1f}" y="{y:.1f}">{content(route.label)}</text>'
